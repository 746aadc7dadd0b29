-- pgrehearse: depends on 20240101_accounts
create table invoices (id integer primary key);
