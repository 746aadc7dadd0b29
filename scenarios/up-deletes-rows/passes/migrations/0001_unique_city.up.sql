create unique index customers_city on customers (city);
