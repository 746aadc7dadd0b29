import type { GraphProblem } from '../recording/recording.ts';

/** What is wrong with the order of migrations, for people. */
export function problemText(problem: GraphProblem): string {
  if (problem.kind === 'cycle') return `Cycle: ${problem.path.join(' → ')}`;
  if (problem.kind === 'multiple-heads') return `Several heads: ${problem.heads.join(', ')}`;
  if (problem.kind === 'duplicate-id') return `${problem.id} is there more than once: ${problem.files.join(', ')}`;
  return `${problem.migration} needs ${problem.dependency}, which is not there`;
}
