import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A tool that is not driven: its name, and how it writes its migrations as SQL, which are. */
export interface OtherTool {
  readonly name: string;
  readonly asSql: string;
}

/** The tool whose traces are in a folder where none of ours is; `undefined` when there are none. */
export async function recogniseOther(projectFolder: string): Promise<OtherTool | undefined> {
  for (const [trace, tool] of TRACES) {
    const found = await stat(join(projectFolder, trace)).catch(() => undefined);
    if (found) return tool;
  }
  return undefined;
}

/** @returns the hint of an error, and a line of `init` */
export const hintOnOther = ({ name, asSql }: OtherTool): string =>
  `This looks like ${name}, which pgrehearse does not drive. Give it the migrations as pairs of SQL files, up and down (\`migrations: { tool: sql, directory: … }\`)${asSql}.`;

const TRACES: readonly (readonly [string, OtherTool])[] = [
  ['manage.py', { name: 'Django', asSql: '; `python manage.py sqlmigrate [--backwards] APP MIGRATION` writes them' }],
  [
    'alembic.ini',
    { name: 'Alembic', asSql: '; `alembic upgrade FROM:TO --sql` and `alembic downgrade TO:FROM --sql` write them' },
  ],
  ['prisma/schema.prisma', { name: 'Prisma', asSql: '; `prisma migrate diff --script` writes them' }],
  ['db/migrate', { name: 'Rails', asSql: '' }],
];
