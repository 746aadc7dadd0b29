insert into plans (id, name) values (3, 'business'), (4, 'enterprise');
