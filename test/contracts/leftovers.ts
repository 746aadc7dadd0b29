import { describe, test } from 'vitest';

import { endsFor } from './leftovers/failures.ts';
import { heapGrowthRatio, rehearseInARow, timesFor } from './leftovers/in-a-row.ts';
import { aPlace } from './leftovers/place.ts';
import { project as soundProject } from './leftovers/projects.ts';
import type { LeftoversRig } from './leftovers/rig.ts';
import { togetherContract } from './leftovers/together.ts';
import { arrival, nothingLeft } from './leftovers/waiting.ts';
import { type Stage, stage, STAGES_OF_SERVERS, stagesFor } from './leftovers/stages.ts';

export type { LeftoversRig };

/** What every provider promises of a whole rehearsal: nothing is left, however it ends. */
export function leftoversContract(rig: LeftoversRig): void {
  const each = rig.isolated ? test.concurrent : test;
  const times = timesFor(rig);

  describe(`a rehearsal with the provider ${rig.provider} leaves nothing after`, () => {
    each.for(titled(endsFor(rig)))('%s', async ([, { project, code, says }], { expect }) => {
      await using place = await aPlace(rig, project());
      const ended = await place.run().ended;
      expect(`${ended.err}${ended.out}`).toMatch(says);
      expect(ended.code).toBe(code);
      await nothingLeft(place, expect);
    });

    each.for(titled(interruptionsFor(rig)))(
      '%s',
      async (
        [
          ,
          {
            name,
            stage: { project, reached },
          },
        ],
        { expect },
      ) => {
        await using place = await aPlace(rig, project());
        const run = place.run();
        await arrival(place, run, reached);
        run.killGroup(name);
        const { code, err } = await run.ended;
        expect(err).toContain('Interrupted; removing what was started.');
        expect(code, err).toBe(130);
        await nothingLeft(place, expect);
      },
    );

    each.for(titled(stagesFor(rig)))('SIGKILL %s, and the next start', async ([, { project, reached }], { expect }) => {
      await using place = await aPlace(rig, project());
      const run = place.run();
      await arrival(place, run, reached);
      run.child.kill('SIGKILL');
      await run.ended;
      await using next = await aPlace(rig, soundProject(), place.temp);
      const { code, err } = await next.run().ended;
      expect(code, err).toBe(0);
      await nothingLeft(place, expect);
    });

    test(
      `${times} in a row in one process, which holds no more than after the first`,
      { timeout: 900_000 },
      async ({ expect }) => {
        await using place = await aPlace(rig, soundProject());
        const held = await rehearseInARow(place, rig, times);
        for (const { outcome, files, resources, listeners, signalListeners, warnings } of held) {
          expect(outcome).toBe('safe');
          expect({ files, resources, listeners, signalListeners, warnings }).toEqual({
            files: held[0]?.files,
            resources: held[0]?.resources,
            listeners: held[0]?.listeners,
            signalListeners: 0,
            warnings: [],
          });
        }
        const ratio = heapGrowthRatio(held);
        process.stdout.write(`${rig.provider}: ${times} in a row, heap ${ratio.toFixed(3)} of the beginning\n`);
        expect(ratio).toBeLessThan(1.25);
        await nothingLeft(place, expect);
      },
    );
  });

  togetherContract(rig);
}

interface Interruption {
  readonly title: string;
  readonly name: NodeJS.Signals;
  readonly stage: Stage;
}

const interruption = (name: NodeJS.Signals, at: Stage): Interruption => ({
  title: `${name} ${at.title}`,
  name,
  stage: at,
});

const byCtrlC = (at: Stage): Interruption => interruption('SIGINT', at);

const interruptionsFor = (rig: LeftoversRig): readonly Interruption[] => [
  ...stagesFor(rig).map(byCtrlC),
  ...(rig.kills === 'server' ? STAGES_OF_SERVERS.map(byCtrlC) : []),
  interruption('SIGTERM', stage('while it restores')),
  interruption('SIGTERM', stage('in a step')),
  interruption('SIGHUP', stage('in a step')),
];

const titled = <Case extends { readonly title: string }>(
  cases: readonly Case[],
): readonly (readonly [string, Case])[] => cases.map((one) => [one.title, one] as const);
