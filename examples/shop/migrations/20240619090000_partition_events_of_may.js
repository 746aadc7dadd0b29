exports.up = async (knex) => {
  await knex.raw('create table events_2024_05 (like events including defaults including constraints)');
  await knex.raw(`
    with moved as (
      delete from events_default
      where occurred_at >= '2024-05-01 00:00+00' and occurred_at < '2024-06-01 00:00+00'
      returning *
    )
    insert into events_2024_05 select * from moved`);
  await knex.raw(`
    alter table events attach partition events_2024_05
    for values from ('2024-05-01 00:00+00') to ('2024-06-01 00:00+00')`);
};

exports.down = async (knex) => {
  await knex.raw('alter table events detach partition events_2024_05');
  await knex.raw('insert into events select * from events_2024_05');
  await knex.schema.dropTable('events_2024_05');
};
