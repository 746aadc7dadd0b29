insert into products (id, sku, name, price)
select max(id) + 1, 'GIFT-S', 'gift wrapping, small', 2.50 from products;
insert into products (id, sku, name, price)
select max(id) + 1, 'GIFT-L', 'gift wrapping, large', 4.00 from products;
