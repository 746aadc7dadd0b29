import { expect, test } from 'vitest';

import { redact } from '../../../src/support/redact.ts';

test.each([
  ['postgres://me:s3cret@db/shop', 'postgres://me:***@db/shop'],
  [
    'cannot reach postgres://me:s3@cr3t@db:5432/shop, nor that',
    'cannot reach postgres://me:***@db:5432/shop, nor that',
  ],
  ['postgres://me:s3/cr3t@db/shop', 'postgres://me:***@db/shop'],
  ['postgres://:s3cret@db', 'postgres://:***@db'],
  [`postgres://me:s3'cr3t@db/shop`, 'postgres://me:***@db/shop'],
  ['postgres://me:s3`cr<3>t"@db/shop', 'postgres://me:***@db/shop'],
  ['host=db password=s3cret user=me', 'host=db password=*** user=me'],
  [`password='s3 cr3t' user=me`, 'password=*** user=me'],
  ['{"url":"postgres://me:s3@cr3t@db","mail":"a@b.c"}', '{"url":"postgres://me:***@db","mail":"a@b.c"}'],
  ['https://bucket/key?X-Amz-Signature=abc&x=1', 'https://bucket/key?X-Amz-Signature=***&x=1'],
])('of %s no password is left', (text, redacted) => {
  expect(redact(text)).toBe(redacted);
});

test.each([
  'postgres://me@db/shop',
  'http://localhost:4873/package',
  'at run (file:///home/me/node_modules/@scope/name/index.js:3:14)',
  'mail to me@example.org: no answer',
])('%s stays as it is', (text) => {
  expect(redact(text)).toBe(text);
});
