alter table customers add column token uuid;
do $$ begin
  execute format('alter table customers alter column token set default %L', gen_random_uuid());
end $$;
