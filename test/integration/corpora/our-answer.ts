import type { Verdict } from '../../../src/findings/verdict.ts';
import type { Recording, StepPurpose, StepStatus } from '../../../src/recording/recording.ts';
import type { Again, Outcome, Unwound, WayBack } from './oracle.ts';

/** Our verdict in the words of the oracle: from the findings, and from the steps only what did not run. */
export function ourAnswer({ plan, steps }: Recording, { findings }: Verdict): ReadonlyMap<string, Outcome> {
  return new Map(
    plan.migrations.map(({ id, reversible }) => {
      const own = findings.filter(({ where }) => where.migration === id);
      const has = (check: string, message = ''): boolean =>
        own.some((finding) => finding.check === check && finding.message.startsWith(message));
      const status = (purpose: StepPurpose): StepStatus | undefined =>
        steps.find((step) => step.migration === id && step.purpose === purpose)?.status;
      const answer = { has, status };
      return [
        id,
        {
          up: has('up-failed') ? 'fails' : status('apply') === 'completed' ? 'applied' : '-',
          wayBack: status('apply') === 'completed' ? wayBack(answer, reversible) : '-',
          again: again(answer),
          unwound: unwound(answer),
          why: own.map(({ check, message }) => `${check}: ${message}`),
        },
      ];
    }),
  );
}

interface Answer {
  readonly has: (check: string, message?: string) => boolean;
  readonly status: (purpose: StepPurpose) => StepStatus | undefined;
}

function wayBack({ has, status }: Answer, reversible: boolean): WayBack {
  if (!reversible) return has('down-missing') ? 'absent' : '-';
  if (status('revert') === 'failed') return has('down-failed') ? 'fails' : '-';
  if (status('revert') !== 'completed') return '-';
  if (has('down-missing')) return 'does nothing';
  if (has('down-leaves-schema-changed', 'After')) return 'leaves changes';
  return has('column-order-changed') ? 'restores, columns moved' : 'restores';
}

function again({ has, status }: Answer): Again {
  if (status('revert') !== 'completed' || has('down-missing')) return '-';
  if (status('reapply') === 'failed') return has('reapply-failed') ? 'fails' : '-';
  return has('reapply-differs') ? 'differs' : status('reapply') === 'completed' ? 'same' : '-';
}

function unwound({ has, status }: Answer): Unwound {
  if (status('unwind') === 'failed') return has('down-failed') ? 'fails' : '-';
  if (status('unwind') !== 'completed') return '-';
  return has('down-leaves-schema-changed', 'With later') ? 'leaves more' : 'restores';
}
