// Without "only" the index would lock every partition at once; they are to be attached one by one.
exports.up = async (knex) => {
  await knex.raw('create index events_kind_idx on only events (kind)');
  await knex.raw('create index events_2024_01_kind_idx on events_2024_01 (kind)');
  await knex.raw('alter index events_kind_idx attach partition events_2024_01_kind_idx');
};

exports.down = (knex) => knex.raw('drop index events_kind_idx');
