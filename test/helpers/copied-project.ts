import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A copy of a scenario or example with further lines in its config; `using` removes it. */
export function copiedProject(
  source: string,
  config: string,
  name = 'pgrehearse.config.yaml',
): { readonly folder: string; readonly file: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-copy-'));
  cpSync(source, folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n${config}\n`);
  return { folder, file, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
