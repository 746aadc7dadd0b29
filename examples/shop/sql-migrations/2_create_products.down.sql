drop table price_history;
drop table products;
drop function remember_price();
