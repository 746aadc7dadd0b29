import { expect, test } from 'vitest';
import { keptText } from '../../../src/cli/kept-text.ts';

test('the line that removes a kept server names the config that knows it', () => {
  const notice = {
    id: 'e0bb41b4711c',
    provider: 'external',
    database: 'shop',
    pristine: 'pgrehearse_pristine',
    restoredAt: '2026-11-26T00:00:00.000Z',
    psql: ['postgres://me@db/shop'],
    isReusable: true,
  } as const;
  expect(keptText(notice, ['my shop.yaml'])).toContain("\n  remove    pgrehearse run 'my shop.yaml' --clean-up\n");
  expect(keptText(notice)).toContain('\n  remove    pgrehearse run --clean-up\n');
});
