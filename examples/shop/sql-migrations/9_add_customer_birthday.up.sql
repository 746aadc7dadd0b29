alter table customers add column birthday date;
comment on column customers.birthday is 'Only where the customer told us.';
