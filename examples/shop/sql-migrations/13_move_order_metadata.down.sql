alter table orders add column metadata jsonb;
update orders set metadata = order_metadata.metadata from order_metadata where order_metadata.order_id = orders.id;
drop table order_metadata;
