create index products_attributes_idx on products using gin (attributes jsonb_path_ops);
comment on index products_attributes_idx is 'For the filters of the catalogue page.';
