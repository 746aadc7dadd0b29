alter table events detach partition events_2024_05;
insert into events select * from events_2024_05;
drop table events_2024_05;
