import type { MigrationTool } from './source.ts';
import { knexTool } from './knex/index.ts';
import { sqlTool } from './sql/index.ts';

/** All tools, in the order in which a folder is asked for them. */
export const MIGRATION_TOOLS: readonly MigrationTool[] = [knexTool, sqlTool];

export interface DetectedTool {
  readonly tool: MigrationTool;
  /** What was found: `knexfile.ts`. */
  readonly why: string;
}

/** The first tool whose traces are in the folder; `undefined` when there are none. */
export async function detectTool(projectFolder: string): Promise<DetectedTool | undefined> {
  for (const tool of MIGRATION_TOOLS) {
    const why = await tool.detect(projectFolder);
    if (why !== undefined) return { tool, why };
  }
  return undefined;
}
