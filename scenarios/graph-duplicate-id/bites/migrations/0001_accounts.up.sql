create table accounts (id integer primary key);
