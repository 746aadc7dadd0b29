delete from customers older using customers newer where older.city = newer.city and older.id < newer.id;
create unique index customers_city on customers (city);
