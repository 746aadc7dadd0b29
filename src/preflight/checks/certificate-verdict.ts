import { counted } from '../../support/amounts.ts';
import { fail, pass, type PreflightCheck, warn } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { defineCheck, ifCertified } from './certificate-check.ts';

const certificateNotSafe = defineCheck({
  id: 'certificate-not-safe',
  title: 'The rehearsal did not end safe',
  group: 'migrations',
  effect: 'What went wrong in the rehearsal will go wrong in production.',
  remedy: 'Mend what the report of the rehearsal names, and rehearse again.',
  limits: {},

  *ask(facts) {
    yield* ifCertified(facts, function* ({ predicate: { verdict, interrupted, rehearsedAt } }) {
      const { outcome, errors, warnings, notJudged } = verdict;
      const evidence = { outcome, errors, warnings, notJudged, interrupted };
      const told = `The rehearsal of ${rehearsedAt}`;
      if (interrupted) yield fail(`${told} was interrupted before its end.`, evidence);
      if (outcome === 'unsafe') yield fail(`${told} ended unsafe, with ${counted(errors, 'error')}.`, evidence);
      if (outcome === 'inconclusive') {
        yield fail(`${told} ended inconclusive: ${notJudged.join(', ')} could not be judged.`, evidence);
      }
      if (!interrupted && outcome === 'safe') {
        yield pass(`${told} ended safe, with ${counted(warnings, 'warning')}.`, evidence);
      }
    });
  },
});

const certificateWaived = defineCheck({
  id: 'certificate-waived',
  title: 'Findings of the rehearsal were waived',
  group: 'migrations',
  effect: 'Somebody accepted them; whoever releases should know.',
  remedy: 'Read the waivers in the report of the rehearsal.',
  limits: {},

  *ask(facts) {
    yield* ifCertified(facts, function* ({ predicate: { verdict } }) {
      const { waived } = verdict;
      if (waived.length === 0) yield pass('Nothing that the rehearsal found was waived.');
      else yield warn(`The rehearsal found ${waived.join(', ')}, which somebody waived.`, { waived });
    });
  },
});

export const certificateVerdictChecks: readonly PreflightCheck<PreflightFacts>[] = [
  certificateNotSafe,
  certificateWaived,
];
