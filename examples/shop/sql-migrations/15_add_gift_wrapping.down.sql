delete from products where sku in ('GIFT-S', 'GIFT-L');
