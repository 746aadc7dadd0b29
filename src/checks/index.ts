import { appliedMigrationEdited } from './applied-migration-edited.ts';
import { appliedMigrationMissing } from './applied-migration-missing.ts';
import { backupEmpty } from './backup-empty.ts';
import { backupRestoreIncomplete } from './backup-restore-incomplete.ts';
import { backupStale } from './backup-stale.ts';
import type { Check } from './check.ts';
import { columnOrderChanged } from './column-order-changed.ts';
import { constraintNotValidated } from './constraint-not-validated.ts';
import { downFailed } from './down-failed.ts';
import { downLeavesSchemaChanged } from './down-leaves-schema-changed.ts';
import { downLosesData } from './down-loses-data.ts';
import { downMissing } from './down-missing.ts';
import { graphCycle } from './graph-cycle.ts';
import { graphDuplicateId } from './graph-duplicate-id.ts';
import { graphMissingDependency } from './graph-missing-dependency.ts';
import { graphMultipleHeads } from './graph-multiple-heads.ts';
import { graphOutOfOrder } from './graph-out-of-order.ts';
import { indexInvalid } from './index-invalid.ts';
import { invariantBroken } from './invariant-broken.ts';
import { reapplyDiffers } from './reapply-differs.ts';
import { reapplyFailed } from './reapply-failed.ts';
import { sequenceBehind } from './sequence-behind.ts';
import { serverMajorDiffers } from './server-major-differs.ts';
import { slowerThanBaseline } from './slower-than-baseline.ts';
import { stepTooSlow } from './step-too-slow.ts';
import { upChangesData } from './up-changes-data.ts';
import { upDeletesRows } from './up-deletes-rows.ts';
import { upFailed } from './up-failed.ts';

/** The built-in checks, in the order reports list them. A new check is one file and one line here. */
export const CHECKS: readonly Check[] = [
  graphCycle,
  graphMissingDependency,
  graphMultipleHeads,
  graphDuplicateId,
  graphOutOfOrder,
  appliedMigrationEdited,
  appliedMigrationMissing,
  upFailed,
  downFailed,
  reapplyFailed,
  downMissing,
  stepTooSlow,
  slowerThanBaseline,
  downLeavesSchemaChanged,
  reapplyDiffers,
  columnOrderChanged,
  indexInvalid,
  constraintNotValidated,
  downLosesData,
  upDeletesRows,
  upChangesData,
  invariantBroken,
  sequenceBehind,
  backupRestoreIncomplete,
  backupStale,
  backupEmpty,
  serverMajorDiffers,
];
