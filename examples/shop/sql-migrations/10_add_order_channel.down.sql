alter table orders drop column channel;
drop type order_channel;
