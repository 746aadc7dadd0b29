import type { Prerequisite } from '../../support/prerequisite.ts';

export interface BackupExamination {
  readonly prerequisites: readonly Prerequisite[];
  readonly bytes?: number;
  /** Of the server that was dumped. */
  readonly serverMajor?: number;
  /** Extensions that it creates. Absent: not known. */
  readonly extensions?: readonly string[];
}
