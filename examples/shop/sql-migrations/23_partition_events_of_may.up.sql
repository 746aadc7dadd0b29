create table events_2024_05 (like events including defaults including constraints);
with moved as (
  delete from events_default
  where occurred_at >= '2024-05-01 00:00+00' and occurred_at < '2024-06-01 00:00+00'
  returning *
)
insert into events_2024_05 select * from moved;
alter table events attach partition events_2024_05
  for values from ('2024-05-01 00:00+00') to ('2024-06-01 00:00+00');
