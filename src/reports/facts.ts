import type { BackupRecord, PlanRecord, Recording } from '../recording/recording.ts';
import { byteSize, counted } from '../support/amounts.ts';
import { duration } from '../support/duration.ts';

/** A line of circumstances: what the verdict rests on. */
export interface Fact {
  readonly label: string;
  readonly text: string;
}

/** What was rehearsed, on what, from what. */
export function facts({ backup, server, plan, steps, startedAt, tool, observerFailures }: Recording): Fact[] {
  const rebuilds = steps.flatMap(({ migration, rebuilt }) => (rebuilt ? [{ migration, reason: rebuilt.reason }] : []));
  return [
    { label: 'Plan', text: planText(plan) },
    { label: 'Backup', text: backupText(backup) },
    ...(backup.shimmedRoles.length > 0
      ? [
          {
            label: 'Roles',
            text: `created without login, because the backup refers to them: ${backup.shimmedRoles.join(', ')}`,
          },
        ]
      : []),
    ...(backup.missingExtensions.length > 0
      ? [{ label: 'Missing', text: `extensions that this server lacks: ${backup.missingExtensions.join(', ')}` }]
      : []),
    {
      label: 'Server',
      text: `PostgreSQL ${server.version} (${server.provider}), migrations run as ${server.migrationRole}`,
    },
    ...observerFailures.map(({ observer, message }) => ({ label: 'Not watched', text: `${observer}: ${message}` })),
    ...rebuilds.map(({ migration, reason }) => ({ label: 'Rebuilt', text: `before ${migration}: ${reason}` })),
    { label: 'Rehearsed', text: `${minute(startedAt)} with pgrehearse ${tool.version}` },
  ];
}

function planText({ tool, scope, forwardOnly, migrations }: PlanRecord): string {
  const rehearsed = migrations.filter((migration) => migration.rehearsed).length;
  const applied = migrations.filter((migration) => migration.applied).length;
  const forward = forwardOnly ? ', forward only: no way back was tried' : '';
  return `${tool}, scope ${scope}: ${rehearsed} of ${counted(migrations.length, 'migration')}, ${applied} applied in the backup${forward}`;
}

function backupText(backup: BackupRecord): string {
  const { format, file, bytes, createdAt, serverMajor, restoreMs, tables, rows, masked } = backup;
  if (format === 'none') return 'none; the rehearsal started from an empty database';
  const origin = [
    `${format} format`,
    bytes === undefined ? undefined : byteSize(bytes),
    createdAt === undefined ? undefined : `made ${minute(createdAt)}`,
    serverMajor === undefined ? undefined : `from PostgreSQL ${serverMajor}`,
  ].filter((part) => part !== undefined);
  return `${file ?? 'unnamed'} (${origin.join(', ')}), restored${masked === true ? ' and masked' : ''} in ${duration(restoreMs)}: ${counted(tables, 'table')}, ${counted(rows, 'row')}`;
}

/** `2026-11-22 04:00 UTC` */
const minute = (time: string): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
