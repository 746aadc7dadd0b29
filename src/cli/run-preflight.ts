import { join } from 'node:path';
import { KNOWN_CHECK_IDS } from '../config/known-checks.ts';
import type { ConfigFlags } from '../config/config.ts';
import { type LivingConfig, loadProductionConfig } from '../config/load-config.ts';
import { PREFLIGHT_CHECKS } from '../preflight/checks/index.ts';
import { issueReceipt } from '../preflight/issue-receipt.ts';
import { judgeAnswers } from '../preflight/judge.ts';
import { gatherPreflight } from '../preflight/preflight.ts';
import type { Receipt } from '../preflight/facts/receipt.ts';
import type { PreflightRequest } from '../preflight/request.ts';
import type { AnswersReport } from '../reports/answers.ts';
import { checklist } from '../reports/checklist.ts';
import { PgrehearseError } from '../support/errors.ts';
import { interruptible } from './interruption.ts';
import { jsonDocument } from './json-document.ts';
import { preflightReport } from './preflight-report.ts';
import { judgedDocument, printAnswers } from './print-answers.ts';
import { productionProgress } from './production-progress.ts';
import {
  awsSettingsOf,
  certificateOf,
  productionFolder,
  type ProductionFlags,
  plainTarget,
  sourceOf,
} from './production-request.ts';
import { stateFolder } from '../support/state-folder.ts';
import { pathFor, type Terminal } from './terminal.ts';
import { today } from './today.ts';
import { orUnwritable, prepareFolder, writeWhole } from './write-files.ts';

export interface PreflightFlags extends ConfigFlags, ProductionFlags {
  readonly createSnapshot?: boolean;
  readonly restoreDrill?: boolean;
  readonly maxHours?: number;
  readonly cleanUp?: boolean;
  readonly printIamPolicy?: 'read' | 'snapshot' | 'drill';
  readonly allowCustomEndpoint?: boolean;
}

/** Ask, judge, give the receipt, say, leave. */
export async function runPreflight(terminal: Terminal, path: string | undefined, flags: PreflightFlags): Promise<void> {
  refuseContradictions(flags);
  if (flags.printIamPolicy !== undefined) {
    const { printIamPolicy } = await import('./print-iam-policy.ts');
    return printIamPolicy(terminal, path, flags, flags.printIamPolicy);
  }
  const config = await loadProductionConfig(path, flags, terminal.env, terminal.cwd);
  if (flags.cleanUp === true) {
    const { cleanUpDrills } = await import('./clean-up-drills.ts');
    return cleanUpDrills(terminal, config, flags);
  }
  const folder = productionFolder(config, flags, terminal);
  await orUnwritable(folder.path, () =>
    prepareFolder(folder.path, { ...folder, remove: [RECEIPT, DOCUMENT, CHECKLIST] }),
  );

  const progress = productionProgress(terminal, { isQuiet: flags.quiet === true });
  const facts = await interruptible(terminal, async (signal) => {
    try {
      return await gatherPreflight(
        await requestOf(terminal, config, flags, progress.onEvent),
        progress.onEvent,
        signal,
      );
    } finally {
      progress.stop();
    }
  });
  const { checks, waivers } = config;
  const judged = judgeAnswers(facts, PREFLIGHT_CHECKS, {
    checks,
    waivers,
    today: today(),
    knownChecks: KNOWN_CHECK_IDS,
  });
  const receipt = issueReceipt(facts, judged);
  const report = preflightReport(facts, judged, receipt);
  const document = { ...judgedDocument(judged), receipt, facts };
  await keep(folder.path, { document, receipt, report });
  printAnswers(terminal, report, { document, flags });
  if (flags.quiet !== true)
    terminal.err(
      `\nReceipt and checklist are in ${pathFor(terminal, folder.path)}: ${RECEIPT}, ${DOCUMENT}, ${CHECKLIST}\n`,
    );
}

const [RECEIPT, DOCUMENT, CHECKLIST] = ['receipt.json', 'preflight.json', 'preflight.md'] as const;

async function keep(
  folder: string,
  {
    document,
    receipt,
    report,
  }: { readonly document: object; readonly receipt: Receipt; readonly report: AnswersReport },
): Promise<void> {
  await orUnwritable(folder, async () => {
    await writeWhole(join(folder, RECEIPT), `${JSON.stringify(receipt, undefined, 2)}\n`);
    await writeWhole(join(folder, DOCUMENT), jsonDocument({ ...document }));
    await writeWhole(join(folder, CHECKLIST), checklist(report));
  });
}

async function requestOf(
  terminal: Terminal,
  config: LivingConfig,
  flags: PreflightFlags,
  onEvent: Parameters<typeof sourceOf>[1],
): Promise<PreflightRequest> {
  const { preflight, invariants } = config;
  const { aws } = preflight;
  if (aws === 'off' && (flags.createSnapshot === true || flags.restoreDrill === true)) {
    throw new PgrehearseError('USAGE', 'A snapshot or a drill needs AWS, and the config says `aws: off`.');
  }
  if (aws === 'off' && preflight.iamAuthentication) {
    throw new PgrehearseError('CONFIG_INVALID', '`iamAuthentication` needs AWS, and the config says `aws: off`.');
  }
  const target = await plainTarget(config, terminal);
  return {
    target,
    iamAuthentication: preflight.iamAuthentication,
    aws: aws === 'off' ? 'off' : awsSettingsOf(config, target, terminal),
    ...timesOf(config),
    env: terminal.env,
    policy: policyOf(config, flags),
    certificate: certificateOf(config),
    source: await sourceOf(config, onEvent),
    invariants,
    ...(flags.createSnapshot === true && { createSnapshot: { maxWaitMs: preflight.snapshotMaxMinutes * 60_000 } }),
    ...(flags.restoreDrill === true && {
      drill: { ...preflight.drill, ...(flags.maxHours !== undefined && { maxHours: flags.maxHours }) },
    }),
    stateFolder: stateFolder(terminal.env),
  };
}

function timesOf({ preflight: { aws } }: LivingConfig): Pick<PreflightRequest, 'patienceMs' | 'pollMs'> {
  const { patienceSeconds, pollSeconds } = aws === 'off' ? {} : aws;
  return {
    ...(patienceSeconds !== undefined && { patienceMs: patienceSeconds * 1_000 }),
    ...(pollSeconds !== undefined && { pollMs: pollSeconds * 1_000 }),
  };
}

function policyOf({ preflight }: LivingConfig, flags: PreflightFlags): PreflightRequest['policy'] {
  const { aws, migrationRole, replicas } = preflight;
  const { account, region, resourceId, backupRegion } = aws === 'off' ? {} : aws;
  return {
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
    ...(resourceId !== undefined && { resourceId }),
    ...(backupRegion !== undefined && { backupRegion }),
    ...(migrationRole !== undefined && { migrationRole }),
    ...(replicas !== undefined && { replicas }),
    allowCustomEndpoint: flags.allowCustomEndpoint === true,
    createSnapshot: flags.createSnapshot === true,
  };
}

function refuseContradictions({
  json,
  markdown,
  cleanUp,
  createSnapshot,
  restoreDrill,
  maxHours,
}: PreflightFlags): void {
  if (json === true && markdown === true) refuse('--json and --markdown contradict each other.');
  if (cleanUp === true && (createSnapshot === true || restoreDrill === true)) {
    refuse('--clean-up does nothing else; leave out --create-snapshot and --restore-drill.');
  }
  if (maxHours !== undefined && !(maxHours > 0)) refuse('--max-hours takes a number of hours above 0.');
}

function refuse(message: string): never {
  throw new PgrehearseError('USAGE', message);
}
