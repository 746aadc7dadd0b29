alter table customers add column city text;
