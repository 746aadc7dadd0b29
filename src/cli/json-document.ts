import { packageVersion } from '../support/package.ts';

/** Every document on stdout says its format and who wrote it. */
export const jsonDocument = (content: Readonly<Record<string, unknown>>): string =>
  `${JSON.stringify({ format: 1, tool: { name: 'pgrehearse', version: packageVersion }, ...content }, undefined, 2)}\n`;
