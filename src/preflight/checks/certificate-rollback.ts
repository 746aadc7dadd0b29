import { duration } from '../../support/duration.ts';
import { pass, type PreflightCheck, skipped, warn } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import type { RehearsalPredicate } from '../facts/certificate.ts';
import { defineCheck, ifCertified } from './certificate-check.ts';
import { rehearsedAsPending } from './certificate-migrations.ts';

const wayBackNotRehearsed = defineCheck({
  id: 'way-back-not-rehearsed',
  title: 'A pending migration has no rehearsed way back',
  group: 'rollback',
  effect: 'If the release goes wrong there is no way back but restoring a backup.',
  remedy: 'Write the way back and rehearse it; or have a fresh snapshot and the time to restore it.',
  limits: {},

  *ask(facts) {
    yield* ifCertified(facts, function* ({ predicate }) {
      const { migrations } = predicate;
      const pending = rehearsedAsPending(migrations);
      const back = downsMs(predicate);
      const without = pending.filter((id) => !back.has(id));
      if (migrations.forwardOnly && pending.length > 0) {
        yield warn('The rehearsal was forward only: no way back was tried.', { forwardOnly: true });
      } else if (without.length > 0) {
        yield warn(`No way back was rehearsed for ${without.join(', ')}.`, { migrations: without });
      } else yield pass(`The way back of all ${pending.length} pending migrations was rehearsed.`);
    });
  },
});

const wayBackSlow = defineCheck({
  id: 'way-back-slow',
  title: 'The way back takes long',
  group: 'rollback',
  effect: 'For that long the release is neither done nor undone.',
  remedy: 'Plan the time, or make the way back faster.',
  limits: { maxMinutes: 5 },

  *ask(facts, { maxMinutes }) {
    yield* ifCertified(facts, function* ({ predicate }) {
      const back = downsMs(predicate);
      const pending = rehearsedAsPending(predicate.migrations).filter((id) => back.has(id));
      if (pending.length === 0) {
        yield skipped('No way back was rehearsed.');
        return;
      }
      const totalMs = pending.reduce((sum, id) => sum + (back.get(id) ?? 0), 0);
      const message = `The way back of ${pending.length} pending migrations took ${duration(totalMs)} in the rehearsal; the limit is ${maxMinutes} min.`;
      const evidence = { totalMs: Math.round(totalMs), maxMinutes };
      yield totalMs > maxMinutes * 60_000 ? warn(message, evidence) : pass(message, evidence);
    });
  },
});

/** Time of taking back, by migration. */
const downsMs = ({ timings }: RehearsalPredicate): ReadonlyMap<string, number> =>
  new Map(
    timings.filter(({ direction }) => direction === 'down').map(({ migration, durationMs }) => [migration, durationMs]),
  );

export const certificateRollbackChecks: readonly PreflightCheck<PreflightFacts>[] = [wayBackNotRehearsed, wayBackSlow];
