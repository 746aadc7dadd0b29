import type { Reporter } from './reporter.ts';

/** Verdict and recording in one document, as `--json` prints it. */
export const jsonReport: Reporter = {
  id: 'json',
  file: 'report.json',
  render(verdict, recording, { toolVersion = recording.tool.version } = {}) {
    const document = { format: 1, tool: { name: 'pgrehearse', version: toolVersion }, verdict, recording };
    return `${JSON.stringify(document, undefined, 2)}\n`;
  },
};
