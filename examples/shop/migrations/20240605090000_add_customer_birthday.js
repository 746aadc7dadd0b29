exports.up = (knex) =>
  knex.schema.alterTable('customers', (table) => {
    table.date('birthday').comment('Only where the customer told us.');
  });

exports.down = (knex) =>
  knex.schema.alterTable('customers', (table) => {
    table.dropColumn('birthday');
  });
