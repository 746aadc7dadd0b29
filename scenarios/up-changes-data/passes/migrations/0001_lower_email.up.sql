alter table customers add column email_lower text;
update customers set email_lower = lower(email);
