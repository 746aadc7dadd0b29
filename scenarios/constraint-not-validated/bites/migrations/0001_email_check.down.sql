alter table customers drop constraint email_has_at;
