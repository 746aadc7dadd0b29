create table invoices (id integer primary key);
select pg_sleep(0.4);
