--
-- PostgreSQL database dump
--

-- Dumped from database version 18.4
-- Dumped by pg_dump version 18.4

-- Started on 2024-01-10 03:00:00 UTC

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

-- Completed on 2024-01-10 03:00:00 UTC

--
-- PostgreSQL database dump complete
--
