create type ticket_state as enum ('open', 'closed');
create table tickets (id integer primary key, state ticket_state not null);
