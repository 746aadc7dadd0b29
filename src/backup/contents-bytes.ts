import type { BackupDescription } from './backup.ts';

/**
 * What a dump takes up once it is restored, estimated so that it is rarely more: it may be compressed, and of indexes it holds
 * the definition only.
 */
export const contentsBytes = ({ bytes }: Pick<BackupDescription, 'bytes'>): number => bytes * AT_MOST;

const AT_MOST = 12;
