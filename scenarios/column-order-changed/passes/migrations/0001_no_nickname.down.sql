comment on column customers.nickname is null;
