import { describe, expect, test } from 'vitest';

import { collectPages } from '../../../src/preflight/aws/reading/collect-pages.ts';
import { explainFailure } from '../../../src/preflight/aws/reading/explain-failure.ts';
import { PgrehearseError } from '../../../src/support/errors.ts';

describe('all pages', () => {
  test('one after the other, until there is no marker', async () => {
    const asked: unknown[] = [];
    const all = await collectPages((page) => {
      asked.push(page.Marker);
      const marker = asked.length < 3 ? `m${asked.length}` : undefined;
      return Promise.resolve({ items: [asked.length], marker });
    });
    expect(all).toEqual([1, 2, 3]);
    expect(asked).toEqual([undefined, 'm1', 'm2']);
  });

  test.each([
    ['the same marker again', ['a', 'a'], 'the same page comes again and again'],
    ['markers in a circle', ['a', 'b', 'a'], 'the same page comes again and again'],
  ])('%s is no list', async (_, markers, message) => {
    const left = [...markers];
    await expect(collectPages(() => Promise.resolve({ items: [1], marker: left.shift() }))).rejects.toThrow(message);
  });

  test('an answer without a list is not an empty one', async () => {
    await expect(collectPages(() => Promise.resolve({ items: undefined, marker: undefined }))).rejects.toThrow(
      'it holds no list',
    );
    expect(await collectPages(() => Promise.resolve({ items: [], marker: '' }))).toEqual([]);
  });

  test('pages without end come to one', async () => {
    let page = 0;
    await expect(collectPages(() => Promise.resolve({ items: [1], marker: String((page += 1)) }))).rejects.toThrow(
      'more than 200 pages',
    );
    expect(page).toBeLessThan(300);
  });
});

/** As the SDK throws them. */
const sdkError = (name: string, message = 'm', metadata: object = {}): Error =>
  Object.assign(new Error(message), { name, $metadata: metadata });

describe('why there is no answer', () => {
  test.each([
    [sdkError('AccessDenied'), { unknown: 'access denied to rds:X', needs: 'rds:X' }],
    [sdkError('AccessDeniedException'), { unknown: 'access denied to rds:X', needs: 'rds:X' }],
    [sdkError('ExpiredTokenException'), { unknown: 'the AWS credentials have expired (rds:X)' }],
    [
      sdkError('InvalidClientTokenId'),
      { unknown: 'AWS does not accept the credentials (rds:X: InvalidClientTokenId)' },
    ],
    [sdkError('Throttling', 'm', { attempts: 8 }), { unknown: 'AWS throttled rds:X to the end after 8 attempts' }],
    [sdkError('Odd', 'm', { httpStatusCode: 429 }), { unknown: 'AWS throttled rds:X to the end' }],
    [sdkError('TimeoutError'), { unknown: 'rds:X timed out' }],
    [new SyntaxError('char < is not expected'), { unknown: 'the answer to rds:X cannot be read' }],
    [sdkError('CredentialsProviderError', 'none found.'), { unknown: 'there are no AWS credentials: none found' }],
    [
      sdkError('InternalFailure', 'Try\n  again.', { httpStatusCode: 500 }),
      { unknown: 'rds:X failed: InternalFailure (HTTP 500): Try again' },
    ],
    [
      new PgrehearseError('AWS_PACKAGE_MISSING', 'The package p is not installed.', { hint: 'npm install p' }),
      { unknown: 'The package p is not installed: npm install p' },
    ],
  ])('%s', (error, reading) => {
    expect(explainFailure(error, 'rds:X')).toEqual(reading);
  });

  test('no password gets into a reason', () => {
    const error = sdkError('Odd', 'cannot reach http://me:hunter2@proxy.example');
    expect(JSON.stringify(explainFailure(error, 'rds:X'))).not.toContain('hunter2');
  });
});
