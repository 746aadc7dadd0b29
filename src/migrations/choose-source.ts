import { PgrehearseError } from '../support/errors.ts';
import { detectTool, MIGRATION_TOOLS } from './index.ts';
import { hintOnOther, recogniseOther } from './other-tool.ts';
import type { MigrationOptions, MigrationSource } from './source.ts';

/**
 * The source of the tool that is wanted, or that the folder shows to be in use.
 *
 * @throws {PgrehearseError} `MIGRATION_TOOL_UNKNOWN`, `CONFIG_INVALID`
 */
export async function chooseSource(wanted: string | undefined, options: MigrationOptions): Promise<MigrationSource> {
  const { projectFolder } = options;
  const tool =
    wanted === undefined ? (await detectTool(projectFolder))?.tool : MIGRATION_TOOLS.find(({ id }) => id === wanted);
  if (tool) return tool.create(options);
  const known = MIGRATION_TOOLS.map(({ id }) => id).join(', ');
  const other = await recogniseOther(projectFolder);
  throw new PgrehearseError(
    'MIGRATION_TOOL_UNKNOWN',
    wanted === undefined
      ? `No migration tool was recognised in ${projectFolder}; known: ${known}.`
      : `There is no migration tool "${wanted}"; known: ${known}.`,
    other && { hint: hintOnOther(other) },
  );
}
