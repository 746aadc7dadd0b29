create index products_on_offer_idx on products (price);
