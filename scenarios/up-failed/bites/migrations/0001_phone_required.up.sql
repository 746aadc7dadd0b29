alter table customers alter column phone set not null;
