import { describe, expect, test } from 'vitest';

import { hostEnvironment } from '../../../../src/migrations/knex/environment.ts';

const target = {
  connectionString: 'postgres://u:p@127.0.0.1:5999/rehearsal',
  host: '127.0.0.1',
  port: 5999,
  user: 'u',
  password: 'p',
  database: 'rehearsal',
};

describe('the environment of the user’s code', () => {
  test.each([
    ['postgres://a:b@prod/shop'],
    ['postgresql://a:b@prod:5432/shop?sslmode=require'],
    ['POSTGRES://a:b@prod/shop'],
    ['postgresql+psycopg2://a:b@prod/shop'],
    ['jdbc:postgresql://prod/shop'],
  ])('has %s replaced under any name', (url) => {
    expect(hostEnvironment({ SHOP: url, CONFIG: `{"db":"${url}"}` }, target)).toMatchObject({
      SHOP: target.connectionString,
      CONFIG: `{"db":"${target.connectionString}"}`,
    });
  });

  test('has every variable of libpq replaced or taken away', () => {
    const environment = hostEnvironment(
      {
        PGHOST: 'prod',
        PGSERVICE: 'prod',
        PGPASSFILE: '/x',
        PGSSLROOTCERT: '/y',
        PGHOSTADDR: '10.0.0.1',
        PG_HOST: 'prod',
      },
      target,
      'name',
    );
    expect(environment).toEqual({
      DATABASE_URL: target.connectionString,
      PGHOST: '127.0.0.1',
      PGPORT: '5999',
      PGUSER: 'u',
      PGPASSWORD: 'p',
      PGDATABASE: 'rehearsal',
      PGAPPNAME: 'name',
    });
  });

  test('keeps the rest', () => {
    const kept = {
      PATH: '/bin',
      NODE_ENV: 'test',
      PGREHEARSE_CACHE: '/c',
      PGP_KEY: 'x',
      API: 'https://api.example.org',
    };
    expect(hostEnvironment(kept, target)).toMatchObject(kept);
  });

  test('points nowhere when there is no server', () => {
    expect(hostEnvironment({ DATABASE_URL: 'postgres://prod/shop' })).toMatchObject({
      PGHOST: '127.0.0.1',
      PGPORT: '1',
    });
    expect(hostEnvironment({ DATABASE_URL: 'postgres://prod/shop' })['DATABASE_URL']).not.toContain('prod');
  });
});
