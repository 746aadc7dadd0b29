import { expect, test } from 'vitest';

import type { Policy } from '../../../src/preflight/facts/index.ts';
import { reasonNotToWrite } from '../../../src/preflight/reason-not-to-write.ts';

const AWS = { isAwsEndpoint: true, endpoint: 'rds.eu-west-1.amazonaws.com' };
const SHOP = { identifier: 'shop', resourceId: 'db-SHOP', arn: 'arn:aws:rds:eu-west-1:111122223333:db:shop' };
const POLICY: Policy = { allowCustomEndpoint: false, createSnapshot: true };

test('what is as expected may be copied, and what nobody expects otherwise', () => {
  expect(reasonNotToWrite(AWS, POLICY, SHOP)).toBeUndefined();
  expect(reasonNotToWrite(AWS, { ...POLICY, account: '111122223333', resourceId: 'db-SHOP' }, SHOP)).toBeUndefined();
});

test.each([
  ['another account', AWS, { account: '999' }, 'shop is in the account 111122223333; expected is 999'],
  ['another database', AWS, { resourceId: 'db-OLD' }, 'the resource id of shop is db-SHOP; pinned is db-OLD'],
  ['another endpoint', { ...AWS, isAwsEndpoint: false }, {}, `requests go to ${AWS.endpoint}, which is not AWS`],
])('%s', (_, aws, policy, reason) => {
  expect(reasonNotToWrite(aws, { ...POLICY, ...policy }, SHOP)).toBe(reason);
});

test('an endpoint that is allowed', () => {
  expect(
    reasonNotToWrite({ ...AWS, isAwsEndpoint: false }, { ...POLICY, allowCustomEndpoint: true }, SHOP),
  ).toBeUndefined();
});
