import { quoteIdentifier } from '../../postgres/identifiers.ts';

/**
 * Adds settings to a connection string, so that they are in force from the first statement, no `SET` of ours shows in
 * the server's log, and `RESET` goes back to them. What the connection string already asks for wins.
 */
export function withSettings(connectionString: string, settings: Readonly<Record<string, string>>): string {
  const [base = '', query = ''] = connectionString.split('?', 2);
  const parameters = new URLSearchParams(query);
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}=${escapeOption(value)}`);
  parameters.set('options', [...flags, parameters.get('options') ?? ''].join(' ').trim());
  return `${base}?${parameters.toString().replaceAll('+', '%20')}`;
}

export const searchPathSetting = (schemas: readonly string[]): string => schemas.map(quoteIdentifier).join(',');

/** The server splits the options at spaces. */
const escapeOption = (value: string): string => value.replaceAll(/[\\\s]/g, (character) => `\\${character}`);
