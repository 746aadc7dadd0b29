create type order_channel as enum ('web', 'app', 'phone');
alter table orders add column channel order_channel not null default 'web';
