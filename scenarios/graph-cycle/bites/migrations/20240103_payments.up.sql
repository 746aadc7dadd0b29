-- pgrehearse: depends on 20240102_invoices
create table payments (id integer primary key);
