drop table tickets;
drop type ticket_state;
