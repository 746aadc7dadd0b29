alter table customers add column token uuid;
alter table customers alter column token set default gen_random_uuid();
