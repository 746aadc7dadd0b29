drop index products_attributes_idx;
