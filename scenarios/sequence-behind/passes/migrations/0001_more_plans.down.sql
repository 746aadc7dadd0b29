delete from plans where id in (3, 4);
select setval('plans_id_seq', 2);
