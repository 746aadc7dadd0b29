exports.up = (knex) => knex.raw('grant select on payments to shop_readonly');

exports.down = async () => {};
