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

create table _sqlx_migrations (version bigint primary key, description text not null, installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null, execution_time bigint not null);
insert into _sqlx_migrations values (20240101, 'accounts', '2024-01-10 12:00:00+00', true, '\xb20d603738c342371a54f089d462ac76758d7316e7462e7835d334ce3ef5d0a27076629a24f5b0c8ebace75c374ae7f0', 1000);
