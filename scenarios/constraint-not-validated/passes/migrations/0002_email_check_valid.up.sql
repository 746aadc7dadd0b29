alter table customers validate constraint email_has_at;
