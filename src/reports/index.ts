import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import type { Reporter } from './reporter.ts';
import { terminalReport } from './terminal.ts';

/** A new format is one file and one line here; `--format` offers it by itself. */
export const REPORTERS: readonly Reporter[] = [terminalReport, markdownReport, jsonReport, junitReport];
