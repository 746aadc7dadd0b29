alter table customers rename column city to city_unused;
