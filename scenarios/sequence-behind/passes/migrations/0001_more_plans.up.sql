insert into plans (id, name) values (3, 'business'), (4, 'enterprise');
select setval('plans_id_seq', 4);
