import type { Prerequisite } from '../../support/prerequisite.ts';

export interface BackupExamination {
  readonly prerequisites: readonly Prerequisite[];
  readonly bytes?: number;
  /** A server is started from it, and it is not restored. */
  readonly isBase?: boolean;
  /** Of the pg_dump that wrote an archive, which pg_restore must not be older than. */
  readonly dumpVersion?: string;
  /** Of the server that was dumped. */
  readonly serverMajor?: number;
  /** Extensions that it creates. Absent: not known. */
  readonly extensions?: readonly string[];
}
