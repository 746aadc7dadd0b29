export type { BackupExamination } from './examine/examination.ts';
export { examineBackup, examineClients } from './examine/examine-backup.ts';
export { type Glance, glanceAt } from './examine/glance.ts';
export { wayToGet } from './extensions.ts';
export { type Masking, readMasking } from './masking.ts';
export { openBackup } from './open-backup.ts';
export type { BackupSource, DumpOptions } from './source/backup-source.ts';
export { readRemoteTables } from './source/remote-database.ts';
export { obtainBackup, type ObtainedBackup } from './source/obtain-backup.ts';
