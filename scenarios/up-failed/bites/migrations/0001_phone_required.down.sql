alter table customers alter column phone drop not null;
