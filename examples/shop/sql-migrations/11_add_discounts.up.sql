do $$
begin
  create type discount_kind as enum ('percent', 'amount');
exception
  when duplicate_object then null;
end
$$;
create table discounts (
  code text primary key,
  kind discount_kind not null,
  value numeric(10, 2) not null check (value > 0),
  valid_until date
);
grant select on discounts to shop_app;
