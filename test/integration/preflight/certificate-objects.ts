/** What a dump is known to write down otherwise than it was said, and what a user can do to objects. */
export const MORE: readonly string[] = [
  `create table app.ticket (id integer primary key, status varchar(20) not null default 'open'
     constraint ticket_status check (status in ('open', 'closed', 'it''s "late", [odd)')), code char(3) check (code in ('a', 'b')),
     kind text check (kind in ('x', 'y')), level integer check (level in (1, 2, 3)), weight numeric(8, 2) check (weight in (1, 2.5)),
     at timestamptz default now() - interval '1 day', span tstzrange, note varchar default 'none'::text || 'more')`,
  `create index ticket_open on app.ticket (status) where status in ('open', 'late')`,
  `create view app.tickets as select id, status, case when status in ('open', 'late') then 1 else 0 end as urgent,
     coalesce(note, '') || status as label from app.ticket where status not in ('closed', 'gone') and (id > 1 and (id < 9 or id = 12))`,
  `create view app.wide as select t.*, c.name from app.ticket t left join app.customer c using (id)`,
  `alter table app.ticket add column later text; alter table app.ticket add column last date; alter table app.ticket drop column later`,
  `create policy open_only on app.ticket using (status in ('open', 'late')) with check (status <> 'gone')`,
  `create function app.busy() returns trigger language plpgsql as $$ begin return new; end $$`,
  `create trigger busy before update on app.ticket for each row when (new.status in ('open', 'late')) execute function app.busy()`,
  `create table app.base (a integer not null, b text, constraint b_short check (length(b) < 9)) `,
  `create table app.heir (c text) inherits (app.base)`,
  `alter table app.base add column d integer default 4 not null`,
  `create table app.adopted (d integer not null, b text, a integer not null, z text, constraint b_short check (length(b) < 9));
   alter table app.adopted inherit app.base`,
  `create table app.log (id bigint generated always as identity, at date not null, level varchar(5) check (level in ('low', 'high')),
     primary key (id, at)) partition by range (at)`,
  `create table app.log_1 partition of app.log for values from ('2024-01-01') to ('2025-01-01')`,
  `create table app.log_2 (level varchar(5), id bigint not null, at date not null, constraint log_level_check check (level in ('low', 'high')));
   alter table app.log attach partition app.log_2 for values from ('2025-01-01') to ('2026-01-01')`,
  `alter table app.log add column extra jsonb default '{}' not null; create index on app.log (level)`,
  `create function app.atomic(v varchar) returns boolean language sql begin atomic select v in ('a', 'b'); end`,
  `create role pgr_owner nologin; create schema owned authorization pgr_owner; create table owned.thing (id integer);
   alter table owned.thing owner to pgr_owner; grant select, insert on owned.thing to pgr_alice with grant option;
   grant select (id) on owned.thing to pgr_bob; revoke delete on owned.thing from pgr_owner`,
  `alter default privileges for role pgr_owner in schema owned grant select on tables to pgr_bob;
   alter default privileges for role pgr_owner revoke execute on functions from public`,
  `revoke execute on function app.akeys(app.hstore) from public`,
  `revoke all on schema public from public; grant usage on schema public to pgr_bob`,
  `grant pgr_group to pgr_alice; alter role pgr_alice set work_mem = '8MB'; alter database shop set timezone = 'Asia/Tokyo'`,
  `select lo_create(4711); comment on large object 4711 is 'a file'`,
  `create statistics app.more on id, status from app.ticket; alter table app.ticket alter column status set statistics 500`,
  `alter table app.ticket replica identity full; alter table app.customer cluster on customer_pkey; alter table app.ticket set (fillfactor = 70, autovacuum_enabled = off)`,
  `create sequence app.odd as smallint start 5 increment 3 minvalue 5 maxvalue 500 cycle cache 4 owned by app.ticket.level`,
  `create materialized view app.empty as select 1 as one with no data; create unlogged table app.fast (id serial)`,
  `create type app.state as enum ('one', 'two'); alter type app.state add value 'between' before 'two'`,
  `create domain app.rating as varchar(9) check (value in ('good', 'bad')) default 'good'`,
  `create function app.typed(a app.state default 'one', variadic rest app.rating[] default '{}') returns table (x integer, y text)
     language plpgsql stable security definer set search_path = app, pg_temp cost 7 rows 3 as $$ begin return; end $$`,
  `comment on function app.busy() is 'busy'; comment on constraint ticket_status on app.ticket is 'c'; comment on type app.state is 't'`,
  `create rule protect as on update to app.fast where (new.id in (1, 2)) do instead nothing`,
];
