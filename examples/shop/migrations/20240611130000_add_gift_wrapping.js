const WRAPPINGS = [
  { sku: 'GIFT-S', name: 'gift wrapping, small', price: 2.5 },
  { sku: 'GIFT-L', name: 'gift wrapping, large', price: 4 },
];

exports.up = async (knex) => {
  const { max } = await knex('products').max('id').first();
  await knex('products').insert(WRAPPINGS.map((wrapping, index) => ({ ...wrapping, id: max + 1 + index })));
};

exports.down = async (knex) => {
  const skus = WRAPPINGS.map(({ sku }) => sku);
  await knex('products').whereIn('sku', skus).delete();
};
