-- pgrehearse: depends on 20240101_accounts
create table payments (id integer primary key);
