import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex('orders').where('note', 'like', 'By phone%').update({ channel: 'phone' });
}

export async function down(knex: Knex): Promise<void> {
  await knex('orders').where({ channel: 'phone' }).update({ channel: 'web' });
}
