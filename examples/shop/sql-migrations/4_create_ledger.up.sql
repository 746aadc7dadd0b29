create table ledger_accounts (
  code text primary key,
  name text not null
);

create table ledger (
  id bigserial primary key,
  transaction_id bigint not null,
  account text not null references ledger_accounts (code),
  amount numeric(14, 2) not null check (amount <> 0),
  booked_at timestamptz not null,
  memo text
);
create index ledger_transaction_id_idx on ledger (transaction_id);
comment on table ledger is 'Double entry: the amounts of one transaction add up to 0. Append only.';

create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only' using hint = 'Book a correction instead.';
end
$$;
create trigger ledger_append_only before update or delete on ledger
  for each row execute function ledger_is_append_only();
create trigger ledger_no_truncate before truncate on ledger
  for each statement execute function ledger_is_append_only();

create function account_balance(wanted_account text) returns numeric language sql stable as $$
  select coalesce(sum(amount), 0) from ledger where account = wanted_account
$$;

create sequence events_id_seq;
create table events (
  id bigint not null default nextval('events_id_seq'),
  occurred_at timestamptz not null,
  customer_id bigint,
  kind text not null,
  payload jsonb not null default '{}',
  primary key (id, occurred_at)
) partition by range (occurred_at);
alter sequence events_id_seq owned by events.id;
create index events_customer_id_idx on events (customer_id);
create table events_2024_01 partition of events for values from ('2024-01-01 00:00+00') to ('2024-02-01 00:00+00');
create table events_2024_02 partition of events for values from ('2024-02-01 00:00+00') to ('2024-03-01 00:00+00');
create table events_2024_03 partition of events for values from ('2024-03-01 00:00+00') to ('2024-04-01 00:00+00');
create table events_2024_04 partition of events for values from ('2024-04-01 00:00+00') to ('2024-05-01 00:00+00');
create table events_default partition of events default;

create table page_views (
  path text not null,
  seen_at timestamptz not null,
  customer_id bigint,
  duration_ms real
);
comment on table page_views is 'Raw, without a key; rows may repeat.';

grant select, insert on ledger, events to shop_app;
grant usage on sequence ledger_id_seq, events_id_seq to shop_app;
grant select on ledger, ledger_accounts to shop_readonly;
