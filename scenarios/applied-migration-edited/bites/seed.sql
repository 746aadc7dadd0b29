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
create table accounts (id bigint primary key);

create table _sqlx_migrations (version bigint primary key, description text not null, installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null, execution_time bigint not null);
insert into _sqlx_migrations values (20240101, 'accounts', '2024-01-10 12:00:00+00', true, '\xb7038faa5874ef5f8f8a70a6ff45578ae01c5e00fdd5600b358feeb849573e41daf74930569b539beaeaf05077408f5d', 1000);
