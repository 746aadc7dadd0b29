-- pgrehearse: depends on 20240103_payments
create table invoices (id integer primary key);
