import type { Judged } from '../preflight/judge.ts';
import type { AnswersReport } from '../reports/answers.ts';
import { answersText } from '../reports/answers-terminal.ts';
import { checklist } from '../reports/checklist.ts';
import { exitCodeOf } from './exit-codes.ts';
import { jsonDocument } from './json-document.ts';
import type { ProductionFlags } from './production-request.ts';
import type { Terminal } from './terminal.ts';

/** Prints the answers in the form that is wanted and sets the exit code that belongs to them. */
export function printAnswers(
  terminal: Terminal,
  report: AnswersReport,
  { document, flags }: { readonly document: Readonly<Record<string, unknown>>; readonly flags: ProductionFlags },
): void {
  terminal.out(textOf(terminal, report, { document, flags }));
  terminal.setExitCode(exitCodeOf(report.verdict, flags.failOn));
}

function textOf(
  { outPaint, outColumns }: Terminal,
  report: AnswersReport,
  { document, flags }: { readonly document: Readonly<Record<string, unknown>>; readonly flags: ProductionFlags },
): string {
  if (flags.json === true) return jsonDocument(document);
  if (flags.markdown === true) return checklist(report);
  return answersText(report, { paint: outPaint, ...(outColumns !== undefined && { width: outColumns }) });
}

/** The part of the JSON document that is the same for both commands. */
export const judgedDocument = ({ verdict, answers }: Judged): Readonly<Record<string, unknown>> => ({
  verdict,
  answers,
});
