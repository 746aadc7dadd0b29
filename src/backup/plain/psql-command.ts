/** What a psql command in a dump asks for, as far as it changes what is restored. */
export type PsqlCommand =
  | { readonly kind: 'harmless' }
  | { readonly kind: 'connect'; readonly database?: string }
  | { readonly kind: 'encoding'; readonly encoding: string }
  | { readonly kind: 'quit' }
  /** Needs psql; what it would have done is missing. */
  | { readonly kind: 'unsupported'; readonly name: string };

export function psqlCommand(command: string): PsqlCommand {
  const [name = '', ...rest] = command.split(/\s+/);
  const args = command.slice(name.length).trim();
  if (name === 'connect' || name === 'c') return connectTo(args);
  if (name === 'q' || name === 'quit') return { kind: 'quit' };
  if (name === 'encoding' && rest[0] !== undefined) return { kind: 'encoding', encoding: rest[0].replaceAll("'", '') };
  return HARMLESS.has(name) ? { kind: 'harmless' } : { kind: 'unsupported', name };
}

const HARMLESS: ReadonlySet<string> = new Set(
  '. a encoding echo errverbose f H html pset prompt qecho r reset restrict set t timing T unrestrict unset warn x'.split(
    ' ',
  ),
);

/** `shop`, `"Shop"`, `-reuse-previous=on "dbname='Shop'"`. */
function connectTo(args: string): PsqlCommand {
  const target = args.replace(/^-reuse-previous=\w+\s+/, '').trim();
  const [, inConninfo] = /dbname='((?:[^'\\]|\\.)*)'/.exec(target) ?? [];
  if (inConninfo !== undefined) return { kind: 'connect', database: inConninfo.replaceAll(/\\(.)/g, '$1') };
  const [, quoted] = /^"((?:[^"]|"")*)"/.exec(target) ?? [];
  if (quoted !== undefined) return { kind: 'connect', database: quoted.replaceAll('""', '"') };
  const [, unquoted] = /^(\S+)/.exec(target) ?? [];
  // `-` keeps the database and changes the user only.
  return unquoted === undefined || unquoted === '-' ? { kind: 'connect' } : { kind: 'connect', database: unquoted };
}
