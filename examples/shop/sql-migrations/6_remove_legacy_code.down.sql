alter table products add column legacy_code text not null;
