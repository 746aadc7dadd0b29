alter table customers add column vip boolean;
create index if not exists customers_city on customers (city);
