exports.up = (knex) => knex.raw('drop index products_on_offer_idx');

exports.down = (knex) => knex.raw('create index products_on_offer_idx on products (price)');
