import { expect, test } from 'vitest';

import { oncePerRecording } from '../../../src/checks/once-per-recording.ts';
import { roundTrips } from '../../../src/checks/round-trip.ts';
import { unwindLeftovers } from '../../../src/checks/unwind-leftovers.ts';
import { unwindLosses } from '../../../src/checks/unwind-losses.ts';
import { aRecording, aRoundTrip } from '../../helpers/recordings.ts';

test('works out once for each recording', () => {
  let times = 0;
  const countSteps = oncePerRecording(({ steps }) => ({ times: ++times, steps: steps.length }));
  const [empty, full] = [aRecording(), aRecording({ steps: aRoundTrip({}) })];
  expect([empty, full, empty, full].map((recording) => countSteps(recording))).toEqual([
    { times: 1, steps: 0 },
    { times: 2, steps: 4 },
    { times: 1, steps: 0 },
    { times: 2, steps: 4 },
  ]);
});

test.each([
  ['round trips', roundTrips],
  ['what is left in the schema', unwindLeftovers],
  ['what is lost of the data', unwindLosses],
])('%s are not worked out again for the next check', (_, workOut) => {
  const recording = aRecording({ steps: aRoundTrip({}) });
  expect(workOut(recording)).toBe(workOut(recording));
});
