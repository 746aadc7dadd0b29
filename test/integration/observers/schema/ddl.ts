/** A statement that changes one thing, and the one that changes it back. */
export interface Ddl {
  readonly sql: string | readonly string[];
  /** Absent: nothing to undo. */
  readonly undo?: string | readonly string[];
  /** First and last major that has the syntax. */
  readonly since?: number;
  readonly until?: number;
  /** Changes nothing. */
  readonly noop?: boolean;
  /** What `pg_dump` and `pg_dumpall --globals-only` cannot show, and why. We show it all the same. */
  readonly unseenByDump?: string;
  /** The undo leaves something else behind, and why. */
  readonly leaves?: string;
}

const RELATIONS: readonly Ddl[] = [
  { sql: `create schema extra`, undo: `drop schema extra` },
  { sql: `alter schema other rename to another`, undo: `alter schema another rename to other` },
  { sql: `alter schema app rename to apps`, undo: `alter schema apps rename to app` },
  { sql: `alter schema other owner to pgr_bob`, undo: `alter schema other owner to pgr_alice` },
  { sql: `create table app.fresh (id integer)`, undo: `drop table app.fresh` },
  { sql: `create table app.fresh (id serial primary key, at timestamptz default now())`, undo: `drop table app.fresh` },
  { sql: `create unlogged table app.fresh (id integer)`, undo: `drop table app.fresh` },
  { sql: `create temporary table passing (id integer)`, undo: `drop table passing`, noop: true },
  { sql: `alter table app.rename_me rename to renamed`, undo: `alter table app.renamed rename to rename_me` },
  { sql: `alter table app.rename_me set schema other`, undo: `alter table other.rename_me set schema app` },
  { sql: `alter table app.orders owner to pgr_alice`, undo: `alter table app.orders owner to current_user` },
  { sql: `alter table app.orders owner to current_user`, noop: true },
  { sql: `alter table app.scratch set logged`, undo: `alter table app.scratch set unlogged` },
  { sql: `alter table app.orders set (fillfactor = 70)`, undo: `alter table app.orders reset (fillfactor)` },
  {
    sql: `alter table app.orders set (autovacuum_enabled = false, toast.autovacuum_enabled = false)`,
    undo: `alter table app.orders reset (autovacuum_enabled, toast.autovacuum_enabled)`,
  },
  {
    sql: `alter table app.customer set (toast.vacuum_truncate = false)`,
    undo: `alter table app.customer reset (toast.vacuum_truncate)`,
  },
  {
    sql: `alter table app.orders set tablespace pgr_space`,
    undo: `alter table app.orders set tablespace pg_default`,
  },
  {
    sql: `alter table app.orders enable row level security`,
    undo: `alter table app.orders disable row level security`,
  },
  {
    sql: `alter table app.orders force row level security`,
    undo: `alter table app.orders no force row level security`,
  },
  { sql: `alter table app.orders replica identity full`, undo: `alter table app.orders replica identity default` },
  { sql: `alter table app.orders replica identity nothing`, undo: `alter table app.orders replica identity default` },
  {
    sql: [
      `alter table app.orders alter placed_at set not null`,
      `alter table app.orders replica identity using index orders_unique`,
    ],
    undo: [`alter table app.orders replica identity default`, `alter table app.orders alter placed_at drop not null`],
  },
  { sql: `alter table app.orders cluster on orders_placed`, undo: `alter table app.orders set without cluster` },
  { sql: `alter table app.typed not of`, undo: `alter table app.typed of app.pair` },
  {
    sql: `alter table app.child no inherit app.parent`,
    undo: `alter table app.child inherit app.parent`,
    leaves: 'the columns are its own from then on',
  },
  {
    sql: `alter table app.event attach partition app.event_2025 for values from ('2025-01-01') to ('2026-01-01')`,
    undo: [`alter table app.event detach partition app.event_2025`, `drop index app.event_2025_kind_idx`],
  },
  {
    sql: `alter table app.event detach partition app.event_2024`,
    undo: `alter table app.event attach partition app.event_2024 for values from ('2024-01-01') to ('2025-01-01')`,
  },
  {
    sql: `create table app.event_rest partition of app.event default`,
    undo: `drop table app.event_rest`,
  },
  { sql: `vacuum full app.orders`, noop: true },
  { sql: `analyze app.orders`, noop: true },
  { sql: `truncate app.scratch`, noop: true },
  { sql: `insert into app.scratch values (1)`, noop: true },
  { sql: `create view app.later as select 1 as one`, undo: `drop view app.later` },
  {
    sql: `create or replace view app.active_customer as select id, name, mood from app.customer where active and id > 0`,
    undo: `create or replace view app.active_customer as select id, name, mood from app.customer where active`,
  },
  {
    sql: `create or replace view app.active_customer as select id, name, mood from app.customer where active`,
    noop: true,
  },
  { sql: `alter view app.names rename to called`, undo: `alter view app.called rename to names` },
  { sql: `alter view app.names set (security_barrier = true)`, undo: `alter view app.names reset (security_barrier)` },
  {
    sql: `alter view app.active_customer set (check_option = local)`,
    undo: `alter view app.active_customer reset (check_option)`,
  },
  {
    sql: `alter view app.active_customer alter column name set default 'nobody'`,
    undo: `alter view app.active_customer alter column name drop default`,
  },
  {
    sql: `alter view app.active_customer rename column mood to feeling`,
    undo: `alter view app.active_customer rename column feeling to mood`,
  },
  { sql: `refresh materialized view app.sums`, noop: true },
  {
    sql: `refresh materialized view app.sums with no data`,
    undo: `refresh materialized view app.sums`,
    unseenByDump: 'whether a materialized view is filled is data to pg_dump',
  },
  {
    sql: `alter materialized view app.sums set (fillfactor = 50)`,
    undo: `alter materialized view app.sums reset (fillfactor)`,
  },
  {
    sql: `alter materialized view app.sums depends on extension hstore`,
    undo: `alter materialized view app.sums no depends on extension hstore`,
  },
  { sql: `drop view app.names`, undo: `create view app.names as select name from app.active_customer` },
];

const COLUMNS: readonly Ddl[] = [
  { sql: `alter table app.orders add column extra text`, undo: `alter table app.orders drop column extra` },
  {
    sql: `alter table app.orders add column seen timestamptz not null default now()`,
    undo: `alter table app.orders drop column seen`,
  },
  {
    sql: `alter table app.orders add column key uuid not null default gen_random_uuid()`,
    undo: `alter table app.orders drop column key`,
  },
  {
    sql: `alter table app.orders add column counted bigint generated always as identity`,
    undo: `alter table app.orders drop column counted`,
  },
  {
    sql: `alter table app.orders add column friend bigint references app.customer (id)`,
    undo: `alter table app.orders drop column friend`,
  },
  {
    sql: `alter table app.orders add column twofold numeric generated always as (amount * 2) stored`,
    undo: `alter table app.orders drop column twofold`,
  },
  {
    sql: `alter table app.orders add column twofold numeric generated always as (amount * 2) virtual`,
    undo: `alter table app.orders drop column twofold`,
    since: 18,
  },
  {
    sql: `alter table app.rename_me rename column value to worth`,
    undo: `alter table app.rename_me rename column worth to value`,
  },
  {
    sql: `alter table app.customer rename column name to called`,
    undo: `alter table app.customer rename column called to name`,
  },
  {
    sql: `alter table app.customer alter email set not null`,
    undo: `alter table app.customer alter email drop not null`,
  },
  {
    sql: `alter table app.customer alter email type varchar(300)`,
    undo: `alter table app.customer alter email type varchar(255)`,
  },
  {
    sql: `alter table app.customer alter email type text`,
    undo: `alter table app.customer alter email type varchar(255)`,
  },
  {
    sql: `alter table app.orders alter placed_at type timestamptz(3)`,
    undo: `alter table app.orders alter placed_at type timestamptz`,
  },
  {
    sql: `alter table app.customer alter born set default current_date`,
    undo: `alter table app.customer alter born drop default`,
  },
  {
    sql: `alter table app.customer alter active drop default`,
    undo: `alter table app.customer alter active set default true`,
  },
  { sql: `alter table app.customer alter active set default true`, noop: true },
  {
    sql: `alter table app.customer alter mood set default 'sad'`,
    undo: `alter table app.customer alter mood set default 'ok'`,
  },
  {
    sql: `alter table app.customer alter id set generated always`,
    undo: `alter table app.customer alter id set generated by default`,
  },
  {
    sql: `alter table app.customer alter id set increment by 5`,
    undo: `alter table app.customer alter id set increment by 1`,
  },
  {
    sql: `alter table app.customer alter id drop identity`,
    undo: `alter table app.customer alter id add generated by default as identity`,
  },
  {
    sql: `alter table app.customer alter total drop expression`,
    undo: [
      `alter table app.customer drop column total`,
      `alter table app.customer add column total numeric generated always as (score * 2) stored`,
    ],
  },
  {
    sql: `alter table app.customer alter note type text collate "POSIX"`,
    undo: `alter table app.customer alter note type text collate "C"`,
  },
  {
    sql: `alter table app.customer alter note set storage external`,
    undo: `alter table app.customer alter note set storage extended`,
  },
  {
    sql: `alter table app.customer alter note set storage main`,
    undo: `alter table app.customer alter note set storage extended`,
  },
  {
    sql: `alter table app.customer alter note set compression pglz`,
    undo: `alter table app.customer alter note set compression default`,
  },
  {
    sql: `alter table app.customer alter name set statistics 500`,
    undo: `alter table app.customer alter name set statistics -1`,
  },
  {
    sql: `alter table app.customer alter name set statistics 0`,
    undo: `alter table app.customer alter name set statistics -1`,
  },
  {
    sql: `alter table app.customer alter name set (n_distinct = -0.5)`,
    undo: `alter table app.customer alter name reset (n_distinct)`,
  },
  { sql: `alter table app.parent add column more integer`, undo: `alter table app.parent drop column more` },
  {
    sql: `alter table app.child alter column name set default 'kid'`,
    undo: `alter table app.child alter column name drop default`,
  },
  {
    sql: `alter type app.pair rename attribute b to c cascade`,
    undo: `alter type app.pair rename attribute c to b cascade`,
  },
];

const CONSTRAINTS: readonly Ddl[] = [
  {
    sql: `alter table app.orders add constraint small check (amount < 1000000)`,
    undo: `alter table app.orders drop constraint small`,
  },
  {
    sql: `alter table app.orders add constraint small check (amount < 1000000) not valid`,
    undo: `alter table app.orders drop constraint small`,
  },
  {
    sql: `alter table app.orders add constraint small check (amount < 1000000) no inherit`,
    undo: `alter table app.orders drop constraint small`,
  },
  {
    sql: `alter table app.orders validate constraint not_checked`,
    undo: [
      `alter table app.orders drop constraint not_checked`,
      `alter table app.orders add constraint not_checked check (state <> '') not valid`,
    ],
  },
  {
    sql: `alter table app.orders rename constraint amount_positive to amount_above`,
    undo: `alter table app.orders rename constraint amount_above to amount_positive`,
  },
  {
    sql: `alter table app.orders drop constraint amount_positive`,
    undo: `alter table app.orders add constraint amount_positive check (amount > 0)`,
  },
  {
    sql: `alter table app.orders alter constraint orders_customer deferrable initially deferred`,
    undo: `alter table app.orders alter constraint orders_customer not deferrable`,
  },
  {
    sql: [
      `alter table app.orders drop constraint orders_customer`,
      `alter table app.orders add constraint orders_customer foreign key (customer_id) references app.customer (id)
         on delete cascade`,
    ],
    undo: [
      `alter table app.orders drop constraint orders_customer`,
      `alter table app.orders add constraint orders_customer foreign key (customer_id) references app.customer (id)`,
    ],
  },
  {
    sql: `alter table app.orders add constraint other_customer foreign key (customer_id) references app.customer not valid`,
    undo: `alter table app.orders drop constraint other_customer`,
  },
  {
    sql: `alter table app.orders add constraint same unique (state) deferrable`,
    undo: `alter table app.orders drop constraint same`,
  },
  {
    sql: `alter table app.orders add constraint same unique (state) with (fillfactor = 80)`,
    undo: `alter table app.orders drop constraint same`,
  },
  {
    sql: `alter table app.orders add constraint same unique nulls not distinct (state)`,
    undo: `alter table app.orders drop constraint same`,
    since: 15,
  },
  {
    sql: `alter table app.orders add constraint apart exclude using btree (state with =)`,
    undo: `alter table app.orders drop constraint apart`,
  },
  {
    sql: [
      `create unique index by_amount on app.orders (amount)`,
      `alter table app.orders add constraint by_amount unique using index by_amount`,
    ],
    undo: `alter table app.orders drop constraint by_amount`,
  },
  {
    sql: `alter table app.event_2025 add primary key (id)`,
    undo: `alter table app.event_2025 drop constraint event_2025_pkey`,
  },
  {
    sql: `comment on constraint amount_positive on app.orders is 'no gifts'`,
    undo: `comment on constraint amount_positive on app.orders is null`,
  },
  {
    sql: `alter table app.parent add constraint named check (name <> '')`,
    undo: `alter table app.parent drop constraint named`,
  },
  {
    sql: `alter table app.customer disable trigger all`,
    undo: `alter table app.customer enable trigger all`,
  },
  {
    sql: `alter table app.orders disable trigger all`,
    undo: `alter table app.orders enable trigger all`,
    unseenByDump: 'triggers of foreign keys are internal; disabled, the key is not enforced',
  },
  {
    sql: `alter table app.orders add constraint weak check (amount > 1) not enforced`,
    undo: `alter table app.orders drop constraint weak`,
    since: 18,
  },
  {
    sql: `alter table app.orders add constraint state_there not null state not valid`,
    undo: `alter table app.orders drop constraint state_there`,
    since: 18,
  },
  {
    sql: `alter table app.customer rename constraint customer_name_not_null to name_there`,
    undo: `alter table app.customer rename constraint name_there to customer_name_not_null`,
    since: 18,
  },
  {
    sql: `alter domain app.positive add constraint below check (value < 100)`,
    undo: `alter domain app.positive drop constraint below`,
  },
  {
    sql: `alter domain app.positive add constraint below check (value < 100) not valid`,
    undo: `alter domain app.positive drop constraint below`,
  },
  {
    sql: `alter domain app.positive rename constraint positive_check to above_zero`,
    undo: `alter domain app.positive rename constraint above_zero to positive_check`,
  },
  {
    sql: `comment on constraint positive_check on domain app.positive is 'above zero'`,
    undo: `comment on constraint positive_check on domain app.positive is null`,
  },
];

const INDEXES: readonly Ddl[] = [
  {
    sql: [
      `alter table app.orders add constraint apart exclude using btree (state with =)`,
      `alter index app.apart set (fillfactor = 60)`,
    ],
    undo: `alter table app.orders drop constraint apart`,
  },
  {
    sql: `alter table app.rename_me add constraint apart exclude using btree (value with =)`,
    leaves: 'for the next',
  },
  { sql: `alter index app.apart set (fillfactor = 60)`, undo: `alter index app.apart reset (fillfactor)` },
  { sql: `alter index app.orders_pkey set (fillfactor = 60)`, undo: `alter index app.orders_pkey reset (fillfactor)` },
  {
    sql: `alter index app.orders_pkey set tablespace pgr_space`,
    undo: `alter index app.orders_pkey set tablespace pg_default`,
  },
  {
    sql: `alter index app.orders_pkey rename to orders_primary`,
    undo: `alter index app.orders_primary rename to orders_pkey`,
  },
  { sql: `create index fresh on app.orders (amount)`, undo: `drop index app.fresh` },
  {
    sql: `create index concurrently fresh on app.orders (amount desc nulls last)`,
    undo: `drop index concurrently app.fresh`,
  },
  { sql: `create index fresh on app.orders using hash (state)`, undo: `drop index app.fresh` },
  { sql: `create index fresh on app.orders (amount) include (state)`, undo: `drop index app.fresh` },
  { sql: `create index fresh on app.orders (state text_pattern_ops)`, undo: `drop index app.fresh` },
  { sql: `create index fresh on app.orders (state collate "POSIX")`, undo: `drop index app.fresh` },
  { sql: `create index fresh on app.event (at)`, undo: `drop index app.fresh` },
  { sql: `drop index app.orders_placed`, undo: `create index orders_placed on app.orders (placed_at)` },
  {
    sql: `alter index app.orders_placed rename to orders_time`,
    undo: `alter index app.orders_time rename to orders_placed`,
  },
  {
    sql: `alter index app.orders_placed set (fillfactor = 60)`,
    undo: `alter index app.orders_placed reset (fillfactor)`,
  },
  {
    sql: `alter index app.orders_placed set tablespace pgr_space`,
    undo: `alter index app.orders_placed set tablespace pg_default`,
  },
  {
    sql: `alter index app.orders_state alter column 1 set statistics 300`,
    undo: `alter index app.orders_state alter column 1 set statistics -1`,
  },
  { sql: `comment on index app.orders_placed is 'by time'`, undo: `comment on index app.orders_placed is null` },
  { sql: `reindex table app.orders`, noop: true },
  { sql: `reindex index concurrently app.orders_placed`, noop: true },
  {
    sql: `create index fresh on only app.event (at)`,
    undo: `drop index app.fresh`,
  },
  {
    sql: `alter index app.orders_state depends on extension hstore`,
    undo: `alter index app.orders_state no depends on extension hstore`,
  },
  {
    sql: `update pg_catalog.pg_index set indisvalid = false where indexrelid = 'app.orders_placed'::regclass`,
    undo: `update pg_catalog.pg_index set indisvalid = true where indexrelid = 'app.orders_placed'::regclass`,
  },
];

const PROGRAMS: readonly Ddl[] = [
  {
    sql: `create function app.thrice(integer) returns integer language sql as 'select $1 * 3'`,
    undo: `drop function app.thrice(integer)`,
  },
  {
    sql: `create or replace function app.twice(value integer) returns integer language sql immutable as 'select value + value'`,
    undo: `create or replace function app.twice(value integer) returns integer language sql immutable as 'select value * 2'`,
  },
  {
    sql: `create or replace function app.twice(value integer) returns integer language sql immutable as 'select value * 2'`,
    noop: true,
  },
  { sql: `alter function app.twice(integer) stable`, undo: `alter function app.twice(integer) immutable` },
  { sql: `alter function app.twice(integer) strict`, undo: `alter function app.twice(integer) called on null input` },
  {
    sql: `alter function app.twice(integer) security definer`,
    undo: `alter function app.twice(integer) security invoker`,
  },
  { sql: `alter function app.twice(integer) leakproof`, undo: `alter function app.twice(integer) not leakproof` },
  { sql: `alter function app.twice(integer) parallel safe`, undo: `alter function app.twice(integer) parallel unsafe` },
  { sql: `alter function app.twice(integer) cost 7`, undo: `alter function app.twice(integer) cost 100` },
  {
    sql: `alter function app.twice(integer) set search_path = app`,
    undo: `alter function app.twice(integer) reset search_path`,
  },
  {
    sql: `alter function app.twice(integer) set work_mem = '8MB'`,
    undo: `alter function app.twice(integer) reset all`,
  },
  {
    sql: `alter function app.twice(integer) owner to pgr_bob`,
    undo: `alter function app.twice(integer) owner to current_user`,
  },
  {
    sql: `alter function app.twice(integer) rename to doubled`,
    undo: `alter function app.doubled(integer) rename to twice`,
  },
  {
    sql: `alter function app.twice(integer) depends on extension hstore`,
    undo: `alter function app.twice(integer) no depends on extension hstore`,
  },
  {
    sql: `revoke execute on function app.twice(integer) from public`,
    undo: `grant execute on function app.twice(integer) to public`,
  },
  { sql: `comment on function app.twice(integer) is 'x2'`, undo: `comment on function app.twice(integer) is null` },
  {
    sql: [
      `drop function app.twice(integer)`,
      `create function app.twice(number integer) returns integer language sql immutable as 'select number * 2'`,
    ],
    undo: [
      `drop function app.twice(integer)`,
      `create function app.twice(value integer) returns integer language sql immutable as 'select value * 2'`,
    ],
  },
  {
    sql: `create or replace procedure app.tidy() language sql as 'delete from app.scratch where id > 0'`,
    undo: `create or replace procedure app.tidy() language sql as 'delete from app.scratch'`,
  },
  { sql: `comment on procedure app.tidy() is 'clean'`, undo: `comment on procedure app.tidy() is null` },
  {
    sql: `create function app.body(integer) returns bigint begin atomic select count(*) from app.customer where id > $1; end`,
    undo: `drop function app.body(integer)`,
  },
  {
    sql: `create or replace aggregate app.total(integer) (sfunc = app.add_up, stype = integer, initcond = '1')`,
    undo: `create or replace aggregate app.total(integer) (sfunc = app.add_up, stype = integer, initcond = '0')`,
  },
  {
    sql: `create or replace aggregate app.total(integer) (sfunc = app.add_up, stype = integer, initcond = '0', parallel = safe)`,
    undo: `create or replace aggregate app.total(integer) (sfunc = app.add_up, stype = integer, initcond = '0')`,
  },
  { sql: `comment on aggregate app.total(integer) is 'sum'`, undo: `comment on aggregate app.total(integer) is null` },
  {
    sql: `create trigger inserted after insert on app.orders for each statement execute function app.touch()`,
    undo: `drop trigger inserted on app.orders`,
  },
  { sql: `alter table app.customer disable trigger touched`, undo: `alter table app.customer enable trigger touched` },
  {
    sql: `alter table app.customer enable always trigger touched`,
    undo: `alter table app.customer enable trigger touched`,
  },
  {
    sql: `alter table app.customer enable replica trigger touched`,
    undo: `alter table app.customer enable trigger touched`,
  },
  {
    sql: `alter trigger touched on app.customer rename to touching`,
    undo: `alter trigger touching on app.customer rename to touched`,
  },
  {
    sql: `comment on trigger touched on app.customer is 'stamp'`,
    undo: `comment on trigger touched on app.customer is null`,
  },
  {
    sql: `alter trigger touched on app.customer depends on extension hstore`,
    undo: `alter trigger touched on app.customer no depends on extension hstore`,
  },
  {
    sql: `create constraint trigger later after insert on app.orders deferrable initially deferred for each row execute function app.touch()`,
    undo: `drop trigger later on app.orders`,
  },
  {
    sql: `create trigger each_part before insert on app.event for each row execute function app.touch()`,
    undo: `drop trigger each_part on app.event`,
  },
  {
    sql: `create rule no_update as on update to app.parent do instead nothing`,
    undo: `drop rule no_update on app.parent`,
  },
  { sql: `alter table app.parent disable rule no_delete`, undo: `alter table app.parent enable rule no_delete` },
  {
    sql: `alter rule no_delete on app.parent rename to never_delete`,
    undo: `alter rule never_delete on app.parent rename to no_delete`,
  },
  { sql: `comment on rule no_delete on app.parent is 'keep'`, undo: `comment on rule no_delete on app.parent is null` },
  {
    sql: `create policy new_rows on app.customer as restrictive for insert with check (true)`,
    undo: `drop policy new_rows on app.customer`,
  },
  {
    sql: `alter policy own_rows on app.customer to pgr_bob`,
    undo: `alter policy own_rows on app.customer to pgr_alice`,
  },
  {
    sql: `alter policy own_rows on app.customer using (true)`,
    undo: `alter policy own_rows on app.customer using (name = current_user)`,
  },
  {
    sql: `alter policy own_rows on app.customer rename to their_rows`,
    undo: `alter policy their_rows on app.customer rename to own_rows`,
  },
  {
    sql: `comment on policy own_rows on app.customer is 'mine'`,
    undo: `comment on policy own_rows on app.customer is null`,
  },
  { sql: `alter event trigger pgr_ddl disable`, undo: `alter event trigger pgr_ddl enable` },
  { sql: `alter event trigger pgr_ddl enable always`, undo: `alter event trigger pgr_ddl enable` },
  {
    sql: `create event trigger pgr_tables on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute function app.watch_ddl()`,
    undo: `drop event trigger pgr_tables`,
  },
  { sql: `comment on event trigger pgr_ddl is 'watch'`, undo: `comment on event trigger pgr_ddl is null` },
  { sql: `create trusted language pgr_language handler plpgsql_call_handler`, undo: `drop language pgr_language` },
];

const TYPES: readonly Ddl[] = [
  { sql: `create type app.colour as enum ('red', 'green')`, undo: `drop type app.colour` },
  { sql: `create type app.triple as (a integer, b integer, c integer)`, undo: `drop type app.triple` },
  { sql: `create type app.dates as range (subtype = date)`, undo: `drop type app.dates` },
  { sql: `create type app.shell`, undo: `drop type app.shell` },
  {
    sql: `create domain app.percent as integer default 0 check (value between 0 and 100)`,
    undo: `drop domain app.percent`,
  },
  { sql: `alter type app.mood add value 'fine' before 'happy'`, leaves: 'a value cannot be dropped' },
  { sql: `alter type app.mood rename value 'sad' to 'blue'`, undo: `alter type app.mood rename value 'blue' to 'sad'` },
  { sql: `alter type app.mood rename to feeling`, undo: `alter type app.feeling rename to mood` },
  { sql: `alter type app.mood set schema other`, undo: `alter type other.mood set schema app` },
  { sql: `alter type app.mood owner to pgr_alice`, undo: `alter type app.mood owner to current_user` },
  { sql: `alter type app.span rename to spread`, undo: `alter type app.spread rename to span` },
  { sql: `alter type app.pair add attribute d date cascade`, undo: `alter type app.pair drop attribute d cascade` },
  { sql: `alter domain app.label set not null`, undo: `alter domain app.label drop not null` },
  { sql: `alter domain app.label set default 'none'`, undo: `alter domain app.label drop default` },
  { sql: `alter domain app.label rename to tag`, undo: `alter domain app.tag rename to label` },
  { sql: `comment on type app.mood is 'how'`, undo: `comment on type app.mood is null` },
  { sql: `comment on domain app.label is 'text'`, undo: `comment on domain app.label is null` },
  { sql: `comment on column app.pair.a is 'first'`, undo: `comment on column app.pair.a is null` },
  { sql: `grant usage on type app.mood to pgr_bob`, undo: `revoke usage on type app.mood from pgr_bob` },
  { sql: `revoke usage on type app.mood from public`, undo: `grant usage on type app.mood to public` },
  {
    sql: `comment on type app.customer is 'row of customer'`,
    undo: `comment on type app.customer is null`,
    unseenByDump: 'row types of tables are not dumped',
  },
  { sql: `create cast (app.mood as bigint) with inout as assignment`, undo: `drop cast (app.mood as bigint)` },
  {
    sql: `comment on cast (app.mood as integer) is 'number of'`,
    undo: `comment on cast (app.mood as integer) is null`,
  },
  {
    sql: `create operator app.@-@ (leftarg = integer, rightarg = integer, function = app.add_up, commutator = operator(app.@-@))`,
    undo: `drop operator app.@-@ (integer, integer)`,
  },
  {
    sql: `create operator app.@<@ (leftarg = integer, rightarg = integer, function = int4lt)`,
    undo: `drop operator app.@<@ (integer, integer)`,
  },
  {
    sql: `alter operator app.@=@ (integer, integer) set (restrict = eqsel, join = eqjoinsel)`,
    undo: `alter operator app.@=@ (integer, integer) set (restrict = none, join = none)`,
  },
  {
    sql: `alter operator app.@+@ (integer, integer) owner to pgr_alice`,
    undo: `alter operator app.@+@ (integer, integer) owner to current_user`,
  },
  {
    sql: `comment on operator app.@+@ (integer, integer) is 'adds'`,
    undo: `comment on operator app.@+@ (integer, integer) is null`,
  },
  {
    sql: `alter operator class app.number_ops using btree rename to integer_ops`,
    undo: `alter operator class app.integer_ops using btree rename to number_ops`,
  },
  {
    sql: `alter operator family app.numbers using btree rename to figures`,
    undo: `alter operator family app.figures using btree rename to numbers`,
  },
  {
    sql: `alter operator family app.numbers using btree add operator 1 < (integer, bigint), function 1 btint48cmp(integer, bigint)`,
    undo: `alter operator family app.numbers using btree drop operator 1 (integer, bigint), function 1 (integer, bigint)`,
  },
  {
    sql: `comment on operator class app.number_ops using btree is 'ints'`,
    undo: `comment on operator class app.number_ops using btree is null`,
  },
  {
    sql: `create access method pgr_method type table handler heap_tableam_handler`,
    undo: `drop access method pgr_method`,
  },
  { sql: `create collation app.french (locale = 'POSIX')`, undo: `drop collation app.french` },
  { sql: `alter collation app.german rename to deutsch`, undo: `alter collation app.deutsch rename to german` },
  { sql: `comment on collation app.german is 'C'`, undo: `comment on collation app.german is null` },
  {
    sql: `create transform for app.mood language sql (from sql with function prsd_lextype(internal))`,
    undo: `drop transform for app.mood language sql`,
  },
  { sql: `alter conversion app.converted rename to changed`, undo: `alter conversion app.changed rename to converted` },
  { sql: `comment on conversion app.converted is 'l1'`, undo: `comment on conversion app.converted is null` },
  {
    sql: `alter text search configuration app.words add mapping for numword with app.simple_words`,
    undo: `alter text search configuration app.words drop mapping for numword`,
  },
  {
    sql: `alter text search configuration app.words alter mapping for asciiword with app.simple_words, pg_catalog.english_stem`,
    undo: `alter text search configuration app.words alter mapping for asciiword with app.simple_words`,
  },
  {
    sql: `alter text search dictionary app.simple_words (accept = false)`,
    undo: `alter text search dictionary app.simple_words (accept)`,
  },
  {
    sql: `comment on text search dictionary app.simple_words is 'words'`,
    undo: `comment on text search dictionary app.simple_words is null`,
  },
  {
    sql: `create text search template app.plain (lexize = dsimple_lexize)`,
    undo: `drop text search template app.plain`,
  },
  {
    sql: `create text search parser app.splitting (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)`,
    undo: `drop text search parser app.splitting`,
  },
];

const SEQUENCES: readonly Ddl[] = [
  { sql: `create sequence app.fresh start 5 increment 2`, undo: `drop sequence app.fresh` },
  { sql: `select nextval('app.counter')`, noop: true },
  { sql: `alter sequence app.counter increment by 10`, undo: `alter sequence app.counter increment by 1` },
  { sql: `alter sequence app.counter maxvalue 1000`, undo: `alter sequence app.counter no maxvalue` },
  { sql: `alter sequence app.counter minvalue -10`, undo: `alter sequence app.counter no minvalue` },
  { sql: `alter sequence app.counter start 7`, undo: `alter sequence app.counter start 1` },
  { sql: `alter sequence app.counter cache 20`, undo: `alter sequence app.counter cache 1` },
  { sql: `alter sequence app.counter cycle`, undo: `alter sequence app.counter no cycle` },
  { sql: `alter sequence app.counter as integer`, undo: `alter sequence app.counter as bigint` },
  { sql: `alter sequence app.counter owned by app.customer.number`, undo: `alter sequence app.counter owned by none` },
  { sql: `alter sequence app.counter owner to pgr_bob`, undo: `alter sequence app.counter owner to current_user` },
  { sql: `alter sequence app.counter rename to ticker`, undo: `alter sequence app.ticker rename to counter` },
  { sql: `alter sequence app.counter set unlogged`, undo: `alter sequence app.counter set logged`, since: 15 },
  { sql: `alter sequence app.counter restart with 50`, noop: true },
  { sql: `comment on sequence app.counter is 'numbers'`, undo: `comment on sequence app.counter is null` },
  { sql: `grant usage on sequence app.counter to pgr_bob`, undo: `revoke usage on sequence app.counter from pgr_bob` },
];

const PRIVILEGES: readonly Ddl[] = [
  { sql: `grant select on app.orders to pgr_bob`, undo: `revoke select on app.orders from pgr_bob` },
  { sql: `grant select on app.orders to pgr_bob with grant option`, undo: `revoke select on app.orders from pgr_bob` },
  { sql: [`grant select on app.orders to pgr_bob`, `revoke select on app.orders from pgr_bob`], noop: true },
  { sql: `revoke insert on app.orders from current_user`, undo: `grant insert on app.orders to current_user` },
  { sql: `grant update (state) on app.orders to pgr_bob`, undo: `revoke update (state) on app.orders from pgr_bob` },
  { sql: `grant select on app.names to public`, undo: `revoke select on app.names from public` },
  { sql: `grant create on schema app to pgr_bob`, undo: `revoke create on schema app from pgr_bob` },
  {
    sql: `grant usage on foreign data wrapper pgr_wrapper to pgr_bob`,
    undo: `revoke usage on foreign data wrapper pgr_wrapper from pgr_bob`,
  },
  {
    sql: `grant usage on foreign data wrapper file_fdw to pgr_bob`,
    undo: `revoke usage on foreign data wrapper file_fdw from pgr_bob`,
  },
  {
    sql: `grant usage on foreign server pgr_server to pgr_bob`,
    undo: `revoke usage on foreign server pgr_server from pgr_bob`,
  },
  { sql: `revoke usage on language plpgsql from public`, undo: `grant usage on language plpgsql to public` },
  {
    sql: `grant usage on language sql to pgr_bob`,
    undo: `revoke usage on language sql from pgr_bob`,
    unseenByDump: 'only procedural languages are dumped',
  },
  {
    sql: `revoke execute on function app.hstore(text, text) from public`,
    undo: `grant execute on function app.hstore(text, text) to public`,
  },
  {
    sql: `grant execute on function pg_catalog.pg_read_file(text) to pgr_bob`,
    undo: `revoke execute on function pg_catalog.pg_read_file(text) from pgr_bob`,
  },
  {
    sql: `revoke execute on function pg_catalog.lower(text) from public`,
    undo: `grant execute on function pg_catalog.lower(text) to public`,
  },
  {
    sql: `grant select on pg_catalog.pg_authid to pgr_bob`,
    undo: `revoke select on pg_catalog.pg_authid from pgr_bob`,
  },
  {
    sql: `grant select (rolname) on pg_catalog.pg_authid to pgr_bob`,
    undo: `revoke select (rolname) on pg_catalog.pg_authid from pgr_bob`,
  },
  { sql: `revoke usage on type app.hstore from public`, undo: `grant usage on type app.hstore to public` },
  {
    sql: `alter default privileges in schema app grant select on tables to pgr_bob`,
    undo: `alter default privileges in schema app revoke select on tables from pgr_bob`,
  },
  {
    sql: `alter default privileges revoke execute on functions from public`,
    undo: `alter default privileges grant execute on functions to public`,
  },
  {
    sql: `alter default privileges for role pgr_alice grant usage on types to pgr_bob`,
    undo: `alter default privileges for role pgr_alice revoke usage on types from pgr_bob`,
  },
  {
    sql: `alter default privileges grant usage on schemas to pgr_bob`,
    undo: `alter default privileges revoke usage on schemas from pgr_bob`,
  },
  {
    sql: `alter default privileges grant usage on sequences to pgr_bob`,
    undo: `alter default privileges revoke usage on sequences from pgr_bob`,
  },
  {
    sql: `grant connect on database current_database_name to pgr_bob`,
    undo: `revoke connect on database current_database_name from pgr_bob`,
  },
];

const COMMENTS: readonly Ddl[] = [
  { sql: `comment on table app.orders is 'bought'`, undo: `comment on table app.orders is null` },
  { sql: `comment on table app.customer is 'people'`, noop: true },
  { sql: `comment on column app.orders.amount is 'in euro'`, undo: `comment on column app.orders.amount is null` },
  { sql: `comment on view app.names is 'names'`, undo: `comment on view app.names is null` },
  { sql: `comment on column app.names.name is 'called'`, undo: `comment on column app.names.name is null` },
  { sql: `comment on materialized view app.sums is 'sums'`, undo: `comment on materialized view app.sums is null` },
  { sql: `comment on foreign table app.remote is 'far'`, undo: `comment on foreign table app.remote is null` },
  { sql: `comment on schema app is 'ours'`, undo: `comment on schema app is null` },
  { sql: `comment on schema public is 'theirs'`, undo: `comment on schema public is 'standard public schema'` },
  {
    sql: `comment on extension hstore is 'keys'`,
    undo: `comment on extension hstore is 'data type for storing sets of (key, value) pairs'`,
  },
  { sql: `comment on statistics app.linked is 'linked'`, undo: `comment on statistics app.linked is null` },
  { sql: `comment on publication pgr_publication is 'out'`, undo: `comment on publication pgr_publication is null` },
  { sql: `comment on subscription pgr_subscription is 'in'`, undo: `comment on subscription pgr_subscription is null` },
  { sql: `comment on server pgr_server is 'srv'`, undo: `comment on server pgr_server is null` },
  {
    sql: `comment on foreign data wrapper pgr_wrapper is 'fdw'`,
    undo: `comment on foreign data wrapper pgr_wrapper is null`,
  },
  { sql: `comment on role pgr_bob is 'bob'`, undo: `comment on role pgr_bob is null` },
  {
    sql: `comment on database current_database_name is 'db'`,
    undo: `comment on database current_database_name is null`,
  },
  {
    sql: `comment on function pg_catalog.lower(text) is 'changed'`,
    undo: `comment on function pg_catalog.lower(text) is 'lowercase'`,
    noop: true,
  },
  {
    sql: `insert into pg_catalog.pg_seclabel values ('app.orders'::regclass, 'pg_class'::regclass, 0, 'pgr', 'secret')`,
    undo: `delete from pg_catalog.pg_seclabel where provider = 'pgr'`,
  },
  {
    sql: `insert into pg_catalog.pg_seclabel values ('app.orders'::regclass, 'pg_class'::regclass, 1, 'pgr', 'secret')`,
    undo: `delete from pg_catalog.pg_seclabel where provider = 'pgr'`,
  },
];

const REMOTE: readonly Ddl[] = [
  { sql: `create extension citext`, undo: `drop extension citext` },
  { sql: `alter extension hstore set schema other`, undo: `alter extension hstore set schema app` },
  {
    sql: `alter extension hstore add function app.twice(integer)`,
    undo: `alter extension hstore drop function app.twice(integer)`,
  },
  { sql: `alter extension hstore add table app.scratch`, undo: `alter extension hstore drop table app.scratch` },
  { sql: `create server extra type 't' version '1' foreign data wrapper pgr_wrapper`, undo: `drop server extra` },
  { sql: `alter server pgr_server options (add host 'h')`, undo: `alter server pgr_server options (drop host)` },
  { sql: `alter server pgr_server owner to pgr_alice`, undo: `alter server pgr_server owner to current_user` },
  {
    sql: `alter foreign data wrapper pgr_wrapper options (add debug 'on')`,
    undo: `alter foreign data wrapper pgr_wrapper options (drop debug)`,
  },
  {
    sql: `alter foreign data wrapper pgr_wrapper validator postgresql_fdw_validator`,
    undo: `alter foreign data wrapper pgr_wrapper no validator`,
  },
  { sql: `create user mapping for public server pgr_server`, undo: `drop user mapping for public server pgr_server` },
  {
    sql: `alter user mapping for pgr_alice server pgr_server options (set secret_word 'other')`,
    undo: `alter user mapping for pgr_alice server pgr_server options (set secret_word 'hush')`,
  },
  {
    sql: `alter foreign table app.remote options (set place 'elsewhere')`,
    undo: `alter foreign table app.remote options (set place 'somewhere')`,
  },
  {
    sql: `alter foreign table app.remote alter name options (add column_name 'n')`,
    undo: `alter foreign table app.remote alter name options (drop column_name)`,
  },
  {
    sql: `alter foreign table app.remote add column more integer`,
    undo: `alter foreign table app.remote drop column more`,
  },
  { sql: `create publication extra for all tables`, undo: `drop publication extra` },
  {
    sql: `alter publication pgr_publication add table app.parent`,
    undo: `alter publication pgr_publication drop table app.parent`,
  },
  {
    sql: `alter publication pgr_publication set (publish = 'insert')`,
    undo: `alter publication pgr_publication set (publish = 'insert, update, delete, truncate')`,
  },
  {
    sql: `alter publication pgr_publication set (publish_via_partition_root = true)`,
    undo: `alter publication pgr_publication set (publish_via_partition_root = false)`,
  },
  {
    sql: `alter publication pgr_publication set table app.customer (id, name), app.orders where (amount > 5)`,
    undo: `alter publication pgr_publication set table app.customer, app.orders`,
    since: 15,
  },
  {
    sql: `alter publication pgr_publication add tables in schema other`,
    undo: `alter publication pgr_publication drop tables in schema other`,
    since: 15,
  },
  {
    sql: `alter publication pgr_publication rename to published`,
    undo: `alter publication published rename to pgr_publication`,
  },
  {
    sql: `alter subscription pgr_subscription connection 'host=elsewhere password=other'`,
    undo: `alter subscription pgr_subscription connection 'host=nowhere password=hush'`,
  },
  {
    sql: `alter subscription pgr_subscription set (binary = true)`,
    undo: `alter subscription pgr_subscription set (binary = false)`,
  },
  {
    sql: `alter subscription pgr_subscription set (disable_on_error = true)`,
    undo: `alter subscription pgr_subscription set (disable_on_error = false)`,
    since: 15,
  },
  {
    sql: `alter subscription pgr_subscription set publication q with (refresh = false)`,
    undo: `alter subscription pgr_subscription set publication p with (refresh = false)`,
  },
  { sql: `alter statistics app.linked set statistics 200`, undo: `alter statistics app.linked set statistics -1` },
  {
    sql: `create statistics app.more (ndistinct, mcv) on state, lower(state) from app.orders`,
    undo: `drop statistics app.more`,
  },
  { sql: `alter statistics app.linked rename to related`, undo: `alter statistics app.related rename to linked` },
  { sql: `alter statistics app.linked owner to pgr_alice`, undo: `alter statistics app.linked owner to current_user` },
];

const CLUSTER: readonly Ddl[] = [
  { sql: `create role pgr_carol login connection limit 3`, undo: `drop role pgr_carol` },
  { sql: `alter role pgr_bob createdb`, undo: `alter role pgr_bob nocreatedb` },
  {
    sql: `alter role pgr_bob valid until '2031-01-01 00:00:00+00'`,
    undo: `alter role pgr_bob valid until 'infinity'`,
    leaves: 'infinity is not the same as none',
  },
  { sql: `alter role pgr_bob noinherit`, undo: `alter role pgr_bob inherit` },
  { sql: `alter role pgr_alice password 'hush'`, undo: `alter role pgr_alice password null` },
  { sql: `alter role pgr_bob rename to pgr_robert`, undo: `alter role pgr_robert rename to pgr_bob` },
  { sql: `grant pgr_group to pgr_bob`, undo: `revoke pgr_group from pgr_bob` },
  { sql: `grant pgr_group to pgr_bob with admin option`, undo: `revoke pgr_group from pgr_bob` },
  { sql: `grant pgr_group to pgr_bob with inherit false`, undo: `revoke pgr_group from pgr_bob`, since: 16 },
  { sql: `alter role pgr_bob set search_path = app`, undo: `alter role pgr_bob reset search_path` },
  {
    sql: `alter role pgr_bob in database current_database_name set work_mem = '8MB'`,
    undo: `alter role pgr_bob in database current_database_name reset work_mem`,
  },
  {
    sql: `alter database current_database_name set statement_timeout = '5s'`,
    undo: `alter database current_database_name reset statement_timeout`,
  },
  {
    sql: `alter database current_database_name connection limit 77`,
    undo: `alter database current_database_name connection limit -1`,
  },
  {
    sql: `alter role all set lock_timeout = '5s'`,
    undo: `alter role all reset lock_timeout`,
    unseenByDump: 'settings of all roles in all databases are not dumped',
  },
  {
    sql: `grant set on parameter work_mem to pgr_bob`,
    undo: `revoke set on parameter work_mem from pgr_bob`,
    since: 15,
  },
  {
    sql: `alter tablespace pgr_space set (random_page_cost = 2)`,
    undo: `alter tablespace pgr_space reset (random_page_cost)`,
  },
  {
    sql: `grant create on tablespace pgr_space to pgr_bob`,
    undo: `revoke create on tablespace pgr_space from pgr_bob`,
  },
  {
    sql: [`select lo_create(424242)`, `grant select on large object 424242 to pgr_bob`],
    undo: `select lo_unlink(424242)`,
    unseenByDump: 'large objects are data to pg_dump --schema-only',
  },
  { sql: `select lo_create(424243)`, undo: `select lo_unlink(424243)`, noop: true },
];

const GROUPS = {
  relations: RELATIONS,
  columns: COLUMNS,
  constraints: CONSTRAINTS,
  indexes: INDEXES,
  programs: PROGRAMS,
  types: TYPES,
  sequences: SEQUENCES,
  privileges: PRIVILEGES,
  comments: COMMENTS,
  remote: REMOTE,
  cluster: CLUSTER,
} as const;

export type DdlGroup = keyof typeof GROUPS;

export const DDL_GROUPS: readonly DdlGroup[] = [
  'relations',
  'columns',
  'constraints',
  'indexes',
  'programs',
  'types',
  'sequences',
  'privileges',
  'comments',
  'remote',
  'cluster',
];

export const ddlOf = (group: DdlGroup, major: number): readonly Ddl[] =>
  GROUPS[group].filter(({ since = 0, until = 99 }) => major >= since && major <= until);

export const ddlFor = (major: number): readonly Ddl[] => DDL_GROUPS.flatMap((group) => ddlOf(group, major));

export const statementsOf = (sql: string | readonly string[]): readonly string[] =>
  typeof sql === 'string' ? [sql] : sql;
