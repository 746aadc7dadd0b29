import { orderMigrations } from '../migrations/graph.ts';
import { detectTool, MIGRATION_TOOLS } from '../migrations/index.ts';
import { problemText } from '../migrations/problem-text.ts';
import type { MigrationSet } from '../migrations/source.ts';
import { chooseSource } from '../migrations/choose-source.ts';
import type { GraphProblem } from '../recording/recording.ts';
import type { RehearsalRequest } from '../rehearsal/request.ts';
import { counted } from '../support/amounts.ts';
import { answerWithin } from '../support/answer-within.ts';
import { type Prerequisite, prerequisiteFrom } from '../support/prerequisite.ts';

/** The tool, its version, and what it makes of the files. Code of the user's is loaded as a rehearsal loads it. */
export async function examineMigrations(
  { migrations: { tool, directory, options }, projectFolder }: Pick<RehearsalRequest, 'migrations' | 'projectFolder'>,
  signal: AbortSignal,
): Promise<readonly Prerequisite[]> {
  const output: string[] = [];
  try {
    const source = await chooseSource(tool, {
      projectFolder,
      ...(directory !== undefined && { directory }),
      options,
      onOutput: (text) => output.push(text),
    });
    const toolLine = await describeTool(source.tool, tool, projectFolder);
    const set = await answerWithin(PATIENCE_MS, signal, (limited) => source.list(limited)).catch((error: unknown) => {
      signal.throwIfAborted();
      return prerequisiteFrom('migrations', error);
    });
    if ('state' in set) return [toolLine, set];
    return [toolLine, ...describeSet(set, output.join(''))];
  } catch (error) {
    signal.throwIfAborted();
    return [prerequisiteFrom('migration tool', error)];
  }
}

/** Loading TypeScript of a large project takes seconds. */
const PATIENCE_MS = 30_000;

async function describeTool(id: string, wanted: string | undefined, projectFolder: string): Promise<Prerequisite> {
  const name = 'migration tool';
  const version = MIGRATION_TOOLS.find((tool) => tool.id === id)?.version?.(projectFolder);
  const detected = wanted === undefined ? (await detectTool(projectFolder))?.why : undefined;
  const how = wanted === undefined ? `detected by ${detected ?? 'its files'}` : 'as the config says';
  return { name, state: 'found', detail: `${[id, version].filter((part) => part !== undefined).join(' ')}, ${how}` };
}

function describeSet({ migrations }: MigrationSet, output: string): readonly Prerequisite[] {
  const broken = [...output.matchAll(/^(.*) cannot be loaded: (.*)$/gm)];
  const { problems } = orderMigrations(migrations);
  return [
    { name: 'migrations', state: 'found', detail: counted(migrations.length, 'migration') },
    ...broken.map(([, name = '', why = '']): Prerequisite => ({
      name,
      state: 'missing',
      detail: `cannot be loaded: ${why.replace(/\.$/, '')}`,
      mend: 'Run the migration tool itself once; it will say the same',
    })),
    ...problems.map(problemLine),
  ];
}

const problemLine = (problem: GraphProblem): Prerequisite => ({
  name: 'order',
  state: 'missing',
  detail: problemText(problem),
  mend: `pgrehearse explain graph-${problem.kind}`,
});
