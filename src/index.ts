export type { Backup, BackupDescription, RestoreProgress, RestoreResult, RestoreTarget } from './backup/backup.ts';
export { openBackup } from './backup/index.ts';
export { defineCheck, type Check, type Observation } from './checks/check.ts';
export { CHECKS } from './checks/index.ts';
export { judge, type CheckSettings, type JudgeOptions } from './checks/judge.ts';
export type { Finding, Severity } from './findings/finding.ts';
export type { NotJudged, Verdict, Waived } from './findings/verdict.ts';
export type { Waiver } from './findings/waiver.ts';
export { orderMigrations } from './migrations/graph.ts';
export { MIGRATION_TOOLS } from './migrations/index.ts';
export type * from './migrations/source.ts';
export type { Observer, ObserverContext, Watch } from './observers/observer.ts';
export {
  applyDataChanges,
  applySchemaChanges,
  composeDataChanges,
  composeSchemaChanges,
  diffLedgers,
  diffSnapshots,
} from './recording/changes.ts';
export type * from './recording/data-ledger.ts';
export { describeSchemaChange } from './recording/describe-change.ts';
export type { Answer, AnswerKind, CheckGroup } from './findings/answer.ts';
export type { PreflightCheck, Said } from './preflight/check.ts';
export { PREFLIGHT_CHECKS } from './preflight/checks/index.ts';
export type { AwsFacts } from './preflight/facts/aws.ts';
export type { RehearsalPredicate, SchemaDigest, TouchedTable } from './preflight/facts/certificate.ts';
export type { PreflightFacts } from './preflight/facts/index.ts';
export type { Receipt } from './preflight/facts/receipt.ts';
export { judgeAnswers, type Judged } from './preflight/judge.ts';
export type { Reading } from './preflight/reading.ts';
export { VERIFY_CHECKS } from './preflight/verify/checks/index.ts';
export { parseRecording } from './recording/parse.ts';
export type * from './recording/recording.ts';
export type {
  Properties,
  PropertyValue,
  SchemaChange,
  SchemaObject,
  SchemaSnapshot,
} from './recording/schema-snapshot.ts';
export type { OnEvent, RehearsalEvent } from './rehearsal/events.ts';
export { planRehearsal, rehearse } from './rehearsal/rehearse.ts';
export type { InvariantRequest, RehearsalRequest, Scope } from './rehearsal/request.ts';
export { REPORTERS } from './reports/index.ts';
export { SERVER_PROVIDERS } from './server/index.ts';
export type { DatabaseTarget, EphemeralServer, ServerProvider, ServerSpec } from './server/provider.ts';
export { isPgrehearseError, PgrehearseError, type ErrorCode, type PgrehearseErrorOptions } from './support/errors.ts';
