create table ledger (id integer primary key, account text not null, amount numeric not null);
insert into ledger values (1, 'cash', 100), (2, 'sales', -100), (3, 'cash', 19.99), (4, 'sales', -19.99);
