import { psqlCommand } from './psql-command.ts';

/** What the comments at the top of a plain dump say. */
export interface PlainHeader {
  /** Written by pg_dump or pg_dumpall, so that a trailer is to be expected. */
  readonly isDump: boolean;
  /** Of a whole cluster, by pg_dumpall. */
  readonly isCluster: boolean;
  readonly serverVersion?: string;
  readonly dumpVersion?: string;
  /** With `pg_dump --verbose` only, as it was printed: `2026-11-23 05:39:41 UTC`. */
  readonly startedOn?: string;
  /** With `pg_dump --create` only. */
  readonly database?: string;
}

export function plainHeader(head: Buffer): PlainHeader {
  const text = head.toString('utf8');
  const field = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
  const serverVersion = field(/^-- Dumped from database version (.+?)\r?$/m);
  const dumpVersion = field(/^-- Dumped by pg_dump(?:all)? version (.+?)\r?$/m);
  const startedOn = field(/^-- Started on (.+?)\r?$/m);
  const database = connectedTo(text);
  return {
    isCluster: /^-- PostgreSQL database cluster dump\r?$/m.test(text),
    isDump: /^-- PostgreSQL database (cluster )?dump\r?$/m.test(text),
    ...(serverVersion !== undefined && { serverVersion }),
    ...(dumpVersion !== undefined && { dumpVersion }),
    ...(startedOn !== undefined && { startedOn }),
    ...(database !== undefined && { database }),
  };
}

function connectedTo(text: string): string | undefined {
  const [, command] = /^\\connect (.+?)\r?$/m.exec(text) ?? [];
  const what = command === undefined ? undefined : psqlCommand(`connect ${command}`);
  return what?.kind === 'connect' ? what.database : undefined;
}
