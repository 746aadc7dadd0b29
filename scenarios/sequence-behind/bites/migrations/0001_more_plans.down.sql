delete from plans where id in (3, 4);
