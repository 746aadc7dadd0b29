alter table customers add column vip boolean;
create index customers_city on customers (city);
