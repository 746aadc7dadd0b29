alter table customers add constraint email_has_at check (email like '%@%') not valid;
