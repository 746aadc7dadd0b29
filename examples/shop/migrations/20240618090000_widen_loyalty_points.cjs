exports.up = (knex) => knex.raw('alter table customers alter column loyalty_points type bigint');

exports.down = (knex) => knex.raw('alter table customers alter column loyalty_points type integer');
