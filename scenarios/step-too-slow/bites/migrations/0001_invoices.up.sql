create table invoices (id integer primary key);
select pg_sleep(1.6);
