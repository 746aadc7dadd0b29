import { beforeAll, describe, expect, test, vi } from 'vitest';

import type { Recording } from '../../../src/recording/recording.ts';
import { corpusProject, KNEX_CORPORA } from '../../helpers/corpora.ts';
import { rehearseFolder } from '../../helpers/rehearse-folder.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { compare } from './compare.ts';
import { DUMPED_MAJOR, whyNoDump } from './dump.ts';
import { askPgDump, type Outcome } from './oracle.ts';
import { ourAnswer } from './our-answer.ts';
import { plainKnex } from './plain-knex.ts';

const noDump = await whyNoDump();

// Migrations say what they do; in a test that is noise.
beforeAll(() => {
  for (const way of ['log', 'warn'] as const) vi.spyOn(console, way).mockImplementation(() => {});
});

describe.skipIf(noDump !== undefined).concurrent('migrations that no one here wrote', () => {
  test.for(KNEX_CORPORA)('$npm: our verdicts are those of pg_dump', async (corpus) => {
    using project = await corpusProject(corpus, DUMPED_MAJOR);
    const [{ recording, verdict }, theirs] = await Promise.all([
      rehearseFolder(project.folder),
      oracle(project.directory, corpus.loadExtensions),
    ]);

    expect(tally(theirs)).toEqual(corpus.waysBack);
    expect(compare(ourAnswer(recording, verdict), theirs)).toEqual([]);
    expect(recording.observerFailures).toEqual([]);
    expect(recording.interrupted).toBeUndefined();
    expect(gaps(recording)).toEqual([]);
  });
});

async function oracle(directory: string, loadExtensions?: readonly string[]) {
  await using server = await startTestServer(DUMPED_MAJOR);
  const options = { directory, ...(loadExtensions && { loadExtensions }) };
  return await askPgDump(server, await plainKnex(options, await createDatabase(server, 'list')));
}

function tally(outcomes: ReadonlyMap<string, Outcome>): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const { wayBack } of outcomes.values()) numbers[wayBack] = (numbers[wayBack] ?? 0) + 1;
  return numbers;
}

/** Migrations without the steps they should have, and steps that did not run and do not say why. */
function gaps({ plan, steps }: Recording): string[] {
  return plan.migrations.flatMap(({ id, reversible }) => {
    const own = steps.filter(({ migration }) => migration === id);
    const missing = (reversible ? ['apply', 'revert', 'reapply', 'unwind'] : ['apply']).filter(
      (wanted) => !own.some(({ purpose }) => purpose === wanted),
    );
    const mute = own.filter(({ status, reason = '' }) => status === 'not-run' && reason === '');
    return [...missing, ...mute.map(({ purpose }) => purpose)].map((purpose) => `${id}: ${purpose}`);
  });
}
