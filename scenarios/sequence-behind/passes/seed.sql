create table plans (id serial primary key, name text not null);
insert into plans (name) values ('free'), ('team');
