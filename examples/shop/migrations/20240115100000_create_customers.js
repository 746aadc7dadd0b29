const { readFile } = require('node:fs/promises');
const { join } = require('node:path');

const sql = (direction) => readFile(join(__dirname, `../sql-migrations/1_create_customers.${direction}.sql`), 'utf8');

exports.up = async (knex) => knex.raw(await sql('up'));
exports.down = async (knex) => knex.raw(await sql('down'));
