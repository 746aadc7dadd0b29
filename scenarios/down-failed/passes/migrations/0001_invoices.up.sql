create table invoices (id integer primary key, total numeric);
create view open_invoices as select id from invoices where total > 0;
