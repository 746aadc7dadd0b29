alter table customers drop constraint email_has_at;
alter table customers add constraint email_has_at check (email like '%@%') not valid;
