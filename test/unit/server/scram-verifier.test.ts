import { expect, test } from 'vitest';

import { scramVerifier } from '../../../src/server/own/scram-verifier.ts';

test('is what Postgres itself stores for the same password and salt', () => {
  // `select rolpassword from pg_authid` of a role made by PostgreSQL 15 with the password `pencil`.
  expect(scramVerifier('pencil', Buffer.from('TH6+vWIYYAfm8voVsXDVEg==', 'base64'))).toBe(
    'SCRAM-SHA-256$4096:TH6+vWIYYAfm8voVsXDVEg==$iIqQ5pmz70loAgRXew7WxhZ15tAXkpGXbiwGrBBBjtE=:uF5hpg4jgCv7ddyytTGBYhkedadgh43oKujes5HPjWQ=',
  );
});
