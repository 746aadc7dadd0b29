drop index products_on_offer_idx;
