-- pgrehearse: depends on 20240101_accounts, 20240101_tax_rates
create table invoices (id integer primary key);
