import { counted } from '../../../support/amounts.ts';
import { fail, pass, type PreflightCheck, preflightCheckFor, type Said, warn, whenKnown } from '../../check.ts';
import { isKnown } from '../../reading.ts';
import type { TableStatistics, VerifyFacts } from '../facts.ts';

const statisticsLost = preflightCheckFor<VerifyFacts>()({
  id: 'verify-statistics-lost',
  title: 'A table that the migration touched lacks statistics',
  group: 'verification',
  effect: 'The planner guesses: a query that took milliseconds may read the whole table until somebody runs ANALYZE.',
  remedy: 'Run ANALYZE on the table.',
  limits: { minRows: 1000 },

  *ask(facts, { minRows }) {
    yield* whenKnown(facts.database.statistics, function* (tables) {
      for (const table of tables) yield* about(table, facts, minRows);
      if (tables.length === 0) yield pass('Every touched table that holds rows has its statistics.');
    });
  },
});

export const statisticsChecks: readonly PreflightCheck<VerifyFacts>[] = [statisticsLost];

function* about(table: TableStatistics, facts: VerifyFacts, minRows: number): Iterable<Said> {
  const { relation, rows, columns, indexes, none, masked, rowsHidden } = table;
  const held = rows === undefined ? '' : ` of about ${counted(rows, 'row')}`;
  const lacking = [
    ...lackingColumns(columns, none),
    ...indexes.map((index) => `the expressions of the index ${index}`),
  ];
  if (lacking.length > 0 && rowsHidden) {
    const message = `There are no statistics of ${relation} for ${lacking.join(' and ')}, and we may not see whether it holds rows.`;
    yield { answer: 'unknown', message, relation, remedy: grant(relation), evidence: { statement: analyze(table) } };
  } else if (lacking.length > 0) {
    const message = `${relation}${held} has no statistics for ${lacking.join(' and ')}.`;
    const say = isBad(table, facts, minRows) ? fail : warn;
    yield { ...say(message, { statement: analyze(table) }), relation, remedy: `Run ${analyze(table)}` };
  }
  if (masked.length > 0) {
    const message = `We may not see the statistics of ${masked.join(', ')} of ${relation}.`;
    yield { answer: 'unknown', message, relation, remedy: grant(relation) };
  }
}

const grant = (relation: string): string => `Grant pg_read_all_data, or SELECT on ${relation}, to the role that looks.`;

const lackingColumns = (columns: readonly string[], none: boolean): string[] => {
  if (columns.length === 0) return [];
  if (none) return ['any of its columns'];
  return [columns.length === 1 ? `its column ${columns[0]}` : `its columns ${columns.join(', ')}`];
};

/**
 * What had statistics before the migration and has rows enough to matter. Of something new the planner knew nothing before
 * either; a small table is read whole in any case; and a partitioned one has none unless somebody asks for them.
 */
function isBad(table: TableStatistics, { rehearsal: { certificate } }: VerifyFacts, minRows: number): boolean {
  const { relation, rows, columns, indexes, partitioned, none } = table;
  if ((rows !== undefined && rows < minRows) || (partitioned && none)) return false;
  if (!isKnown(certificate)) return true;
  const before = certificate.value.predicate.schema?.before.objects ?? {};
  return (
    columns.some((column) => `column ${relation}.${column}` in before) ||
    indexes.some((index) => `index ${index}` in before)
  );
}

/** A list of columns leaves the expressions of indexes out, and what is over several columns. */
function analyze({ relation, columns, none, indexes, extended }: TableStatistics): string {
  if (none || extended || indexes.length > 0) return `ANALYZE ${relation};`;
  return `ANALYZE ${relation} (${columns.join(', ')});`;
}
