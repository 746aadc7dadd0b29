alter table customers rename column city_unused to city;
