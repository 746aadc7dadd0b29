exports.up = async (knex) => {
  await knex.raw('create table page_views_archive (like page_views)');
  await knex.raw(`
    with moved as (delete from page_views where seen_at < '2024-03-01 00:00+00' returning *)
    insert into page_views_archive select * from moved`);
};

exports.down = async (knex) => {
  await knex.raw('insert into page_views select * from page_views_archive');
  await knex.schema.dropTable('page_views_archive');
};
