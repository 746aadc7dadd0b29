const { readFile } = require('node:fs/promises');
const { join } = require('node:path');

const sql = (direction) => readFile(join(__dirname, `../sql-migrations/4_create_ledger.${direction}.sql`), 'utf8');

exports.up = async (knex) => knex.raw(await sql('up'));
exports.down = async (knex) => knex.raw(await sql('down'));
