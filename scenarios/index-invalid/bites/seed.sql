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

create table events (id integer not null, at date not null) partition by range (at);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
insert into events values (1, '2024-03-01'), (2, '2024-04-01');
