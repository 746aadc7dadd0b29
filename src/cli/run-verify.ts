import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ConfigFlags } from '../config/config.ts';
import { KNOWN_CHECK_IDS } from '../config/known-checks.ts';
import { type LivingConfig, loadProductionConfig } from '../config/load-config.ts';
import type { Aws } from '../preflight/aws/aws.ts';
import { openAws } from '../preflight/aws/clients.ts';
import type { OnProductionEvent } from '../preflight/events.ts';
import { judgeAnswers, type Judged } from '../preflight/judge.ts';
import { isKnown } from '../preflight/reading.ts';
import { VERIFY_CHECKS } from '../preflight/verify/checks/index.ts';
import type { VerifyFacts } from '../preflight/verify/facts.ts';
import { readReceipt } from '../preflight/verify/receipt.ts';
import { sendNotices } from '../preflight/verify/send-notice.ts';
import { gatherVerification } from '../preflight/verify/verify.ts';
import { checklist } from '../reports/checklist.ts';
import { PgrehearseError } from '../support/errors.ts';
import { packageVersion } from '../support/package.ts';
import { interruptible } from './interruption.ts';
import { jsonDocument } from './json-document.ts';
import { judgedDocument, printAnswers } from './print-answers.ts';
import {
  awsSettingsOf,
  certificateOf,
  type ProductionFlags,
  plainTarget,
  productionFolder,
  productionTarget,
  sourceOf,
} from './production-request.ts';
import { productionProgress } from './production-progress.ts';
import { pathFor, type Terminal } from './terminal.ts';
import { today } from './today.ts';
import { verifyReport } from './verify-report.ts';
import { orUnwritable, prepareFolder, writeWhole } from './write-files.ts';

export interface VerifyFlags extends ConfigFlags, ProductionFlags {
  readonly receipt?: string;
  readonly allowCustomEndpoint?: boolean;
}

/** Ask, judge, tell others, say, leave. */
export async function runVerify(terminal: Terminal, path: string | undefined, flags: VerifyFlags): Promise<void> {
  if (flags.json === true && flags.markdown === true) {
    throw new PgrehearseError('USAGE', '--json and --markdown contradict each other.');
  }
  const config = await loadProductionConfig(path, flags, terminal.env, terminal.cwd);
  const folder = productionFolder(config, flags, terminal);
  await orUnwritable(folder.path, () => prepareFolder(folder.path, { ...folder, remove: [DOCUMENT, CHECKLIST] }));

  const progress = productionProgress(terminal, { isQuiet: flags.quiet === true });
  const { facts, judged } = await interruptible(terminal, async (signal) => {
    try {
      return await ask(terminal, { config, flags, folder: folder.path }, progress.onEvent, signal);
    } finally {
      progress.stop();
    }
  });
  const report = verifyReport(facts, judged);
  const document = { ...judgedDocument(judged), facts };
  await orUnwritable(folder.path, async () => {
    await writeWhole(join(folder.path, DOCUMENT), jsonDocument(document));
    await writeWhole(join(folder.path, CHECKLIST), checklist(report));
  });
  printAnswers(terminal, report, { document, flags });
  if (flags.quiet !== true)
    terminal.err(`\nThe result is in ${pathFor(terminal, folder.path)}: ${DOCUMENT}, ${CHECKLIST}\n`);
}

const [DOCUMENT, CHECKLIST] = ['verify.json', 'verify.md'] as const;

interface Asked {
  readonly config: LivingConfig;
  readonly flags: VerifyFlags;
  readonly folder: string;
}

async function ask(
  terminal: Terminal,
  { config, flags, folder }: Asked,
  onEvent: OnProductionEvent,
  signal: AbortSignal,
): Promise<{ readonly facts: VerifyFacts; readonly judged: Judged }> {
  const { preflight, invariants, verify } = config;
  const plain = await plainTarget(config, terminal);
  using aws = awsWhenAsked(() => openAws(awsSettingsOf(config, plain, terminal), terminal.env));
  const receipt = await receiptPath(flags, folder, terminal);
  const facts = await gatherVerification(
    {
      target: await productionTarget(config, terminal, aws.open),
      certificate: certificateOf(config),
      source: await sourceOf(config, onEvent),
      ...(receipt !== undefined && { receipt }),
      invariants,
      verify,
      ...(preflight.aws !== 'off' && { openAws: aws.open }),
    },
    onEvent,
    signal,
  );
  const answered = (): Pick<VerifyFacts, 'awsEndpoint'> => endpointOf(aws.opened(), flags);
  const asked = { ...facts, ...answered() };
  const notices = await tellOthers(judge(asked, config), { facts: asked, config, openAws: aws.open }, signal);
  const told: VerifyFacts = { ...asked, ...answered(), ...(notices && { notices }) };
  return { facts: told, judged: judge(told, config) };
}

const judge = (facts: VerifyFacts, { checks, waivers }: LivingConfig): Judged =>
  judgeAnswers(facts, VERIFY_CHECKS, { checks, waivers, today: today(), knownChecks: KNOWN_CHECK_IDS });

/** What became of the notices is judged too: that one could not be sent is an answer of its own. */
async function tellOthers(
  judged: Judged,
  {
    facts,
    config,
    openAws: open,
  }: { readonly facts: VerifyFacts; readonly config: LivingConfig; readonly openAws: () => Promise<Aws> },
  signal: AbortSignal,
): Promise<VerifyFacts['notices']> {
  const { notify } = config.verify;
  if (!notify) return undefined;
  const { outcome, findings, notJudged } = judged.verdict;
  const notice = {
    format: 1 as const,
    tool: { name: 'pgrehearse' as const, version: packageVersion },
    command: 'verify' as const,
    outcome,
    target: facts.target,
    takenAt: facts.takenAt,
    errors: findings.filter(({ severity }) => severity === 'error').length,
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
    notJudged: notJudged.length,
  };
  return sendNotices(notify, notice, open, signal);
}

const endpointOf = (
  aws: Aws | undefined,
  { allowCustomEndpoint: allowed = false }: VerifyFlags,
): Pick<VerifyFacts, 'awsEndpoint'> => (aws ? { awsEndpoint: { customHosts: aws.customEndpoints(), allowed } } : {});

/**
 * The one that is named; else the one in the output folder, if there is one.
 *
 * @throws {PgrehearseError} `RECEIPT_UNREADABLE` when the one that is named is none
 */
async function receiptPath({ receipt }: VerifyFlags, folder: string, { cwd }: Terminal): Promise<string | undefined> {
  if (receipt !== undefined) {
    const named = resolve(cwd, receipt);
    const reading = await readReceipt(named);
    if (!isKnown(reading)) throw new PgrehearseError('RECEIPT_UNREADABLE', `${reading.unknown}.`);
    return named;
  }
  const usual = join(folder, 'receipt.json');
  return existsSync(usual) ? usual : undefined;
}

/** Opened at most once, when something is asked of it. */
interface AwsWhenAsked extends Disposable {
  readonly open: () => Promise<Aws>;
  readonly opened: () => Aws | undefined;
}

function awsWhenAsked(first: () => Promise<Aws>): AwsWhenAsked {
  let opening: Promise<Aws> | undefined;
  let opened: Aws | undefined;
  return {
    open: async () => {
      opening ??= first();
      opened = await opening;
      return opened;
    },
    opened: () => opened,
    [Symbol.dispose]: () => opened?.[Symbol.dispose](),
  };
}
