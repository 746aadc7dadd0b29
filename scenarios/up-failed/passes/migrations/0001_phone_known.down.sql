alter table customers drop constraint phone_not_empty;
