import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findingLines, rehearseFolder, type Rehearsed } from './rehearse-folder.ts';

/** Customers with an e-mail address in mixed case, one of them without a phone number. */
export const CUSTOMERS = `
create table customers (id integer primary key, email text not null, phone text, city text);
insert into customers values
  (1, 'Ada@example.com', '555-0100', 'Berlin'), (2, 'bob@example.com', null, 'Oslo'), (3, 'Cy@example.com', '555-0102', 'Turin');
`;

export interface ProjectParts {
  /** Plain dump; absent: an empty database. */
  readonly seed?: string;
  /** `{ '1_a': [up, down] }`, as golang-migrate names them; `undefined` for a missing way back. */
  readonly migrations: Readonly<Record<string, readonly [up: string, down?: string]>>;
  /** Further YAML. */
  readonly config?: string;
}

/** A project in a folder of its own; `using` removes it. */
export function aProject({ seed, migrations, config = '' }: ProjectParts): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-project-'));
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const backup = seed === undefined ? '' : 'backup: { file: ./seed.sql }\n';
  write(
    'pgrehearse.config.yaml',
    `${backup}${config.includes('migrations:') ? '' : 'migrations: { tool: sql }\n'}${config}`,
  );
  if (seed !== undefined) write('seed.sql', seed);
  for (const [name, [up, down]] of Object.entries(migrations)) {
    write(`migrations/${name}.up.sql`, up);
    if (down !== undefined) write(`migrations/${name}.down.sql`, down);
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Rehearses such a project once. */
export async function rehearseProject(
  parts: ProjectParts,
): Promise<Rehearsed & { readonly lines: string[]; readonly steps: string[] }> {
  using project = aProject(parts);
  const rehearsed = await rehearseFolder(project.folder);
  return {
    ...rehearsed,
    lines: findingLines(rehearsed.verdict),
    steps: rehearsed.recording.steps.map(({ purpose, migration, status }) => `${purpose} ${migration} ${status}`),
  };
}
