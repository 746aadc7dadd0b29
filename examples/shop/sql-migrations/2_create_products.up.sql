create table products (
  id serial primary key,
  sku text not null,
  name text not null,
  description text,
  price numeric(10, 2) not null check (price >= 0),
  weight_kg double precision,
  attributes jsonb not null default '{}',
  tags text[] not null default '{}',
  on_sale daterange,
  legacy_code text not null,
  manual oid,
  thumbnail bytea,
  search tsvector generated always as (to_tsvector('simple'::regconfig, name || ' ' || coalesce(description, ''))) stored,
  discontinued_at date,
  constraint products_sku_key unique (sku)
);
create index products_name_trgm_idx on products using gin (name gin_trgm_ops);
create index products_search_idx on products using gin (search);
create index products_on_offer_idx on products (price) where discontinued_at is null;
comment on column products.manual is 'Large object with the printed manual, if there is one.';

create table price_history (
  product_id integer not null references products (id) on delete cascade,
  price numeric(10, 2) not null,
  valid tstzrange not null,
  constraint price_history_no_overlap exclude using gist (int4range(product_id, product_id, '[]') with &&, valid with &&)
);

create function remember_price() returns trigger language plpgsql as $$
begin
  update price_history set valid = tstzrange(lower(valid), now())
  where product_id = new.id and upper_inf(valid);
  insert into price_history (product_id, price, valid) values (new.id, new.price, tstzrange(now(), null));
  return new;
end
$$;
create trigger products_remember_price after update of price on products
  for each row when (old.price is distinct from new.price) execute function remember_price();

grant select on products, price_history to shop_app, shop_readonly;
