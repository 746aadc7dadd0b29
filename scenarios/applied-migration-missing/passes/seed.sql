create table customers (
  id integer primary key,
  email text not null,
  phone text,
  city text
);
insert into customers values
  (1, 'ada@example.com', '555-0100', 'Berlin'),
  (2, 'bob@example.com', null, 'Oslo'),
  (3, 'cy@example.com', '555-0102', 'Turin');
create table accounts (id integer primary key);

create table knex_migrations (id serial primary key, name varchar(255), batch integer, migration_time timestamptz);
create table knex_migrations_lock (index serial primary key, is_locked integer);
insert into knex_migrations_lock (is_locked) values (0);
insert into knex_migrations (name, batch, migration_time) values ('20240101_accounts.js', 1, '2024-01-10 12:00:00+00');
