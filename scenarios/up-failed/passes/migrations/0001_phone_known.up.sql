alter table customers add constraint phone_not_empty check (phone <> '');
