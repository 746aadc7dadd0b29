exports.up = (knex) =>
  knex.raw('alter table payments add constraint payments_amount_positive check (amount > 0) not valid');

exports.down = (knex) => knex.raw('alter table payments drop constraint payments_amount_positive');
