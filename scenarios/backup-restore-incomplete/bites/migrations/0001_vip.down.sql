alter table customers drop column vip;
