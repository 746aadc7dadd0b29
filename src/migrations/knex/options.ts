import { resolve } from 'node:path';
import { PgrehearseError } from '../../support/errors.ts';

/** What a user may write under `migrations:` for knex. Everything that is given here overrides the knexfile. */
export interface KnexOptions {
  /** Absolute. Absent: `knexfile.*` in the project's folder, if there is one. */
  readonly knexfile?: string;
  /** Key of the knexfile; by default `NODE_ENV`, then `development`. */
  readonly environment?: string;
  /** Absolute. */
  readonly directory?: readonly string[];
  readonly tableName?: string;
  readonly schemaName?: string;
  readonly searchPath?: readonly string[];
  readonly loadExtensions?: readonly string[];
  readonly sortDirsSeparately?: boolean;
  readonly disableTransactions?: boolean;
}

/** @throws {PgrehearseError} `CONFIG_INVALID` for keys that knex has no use for, and for values of another type */
export function readOptions(
  projectFolder: string,
  directory: string | undefined,
  options: Readonly<Record<string, unknown>>,
): KnexOptions {
  const unknown = Object.keys(options).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw unknownKey(unknown);
  const knexfile = text(options, 'knexfile');
  const folders = directory === undefined ? texts(options, 'directories') : [directory];
  return defined({
    knexfile: knexfile === undefined ? undefined : resolve(projectFolder, knexfile),
    environment: text(options, 'environment'),
    directory: folders?.map((folder) => resolve(projectFolder, folder)),
    tableName: text(options, 'tableName'),
    schemaName: text(options, 'schemaName'),
    searchPath: texts(options, 'searchPath'),
    loadExtensions: texts(options, 'loadExtensions'),
    sortDirsSeparately: truth(options, 'sortDirsSeparately'),
    disableTransactions: truth(options, 'disableTransactions'),
  });
}

const KEYS: readonly string[] = [
  'directories',
  'disableTransactions',
  'environment',
  'knexfile',
  'loadExtensions',
  'schemaName',
  'searchPath',
  'sortDirsSeparately',
  'tableName',
];

type Options = Readonly<Record<string, unknown>>;

function text(options: Options, key: string): string | undefined {
  const value = options[key];
  if (value === undefined || isText(value)) return value;
  throw wrongType(key, 'a text', value);
}

function texts(options: Options, key: string): readonly string[] | undefined {
  const value = options[key];
  if (value === undefined) return undefined;
  if (isText(value)) return [value];
  if (Array.isArray(value) && value.length > 0 && value.every(isText)) return value;
  throw wrongType(key, 'a text or a list of texts', value);
}

function truth(options: Options, key: string): boolean | undefined {
  const value = options[key];
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrongType(key, 'true or false', value);
}

type Defined<Given> = { [Key in keyof Given]?: Exclude<Given[Key], undefined> };

/** Without the keys that are `undefined`: they would hide the knexfile's. */
function defined<Given extends object>(given: Given): Defined<Given> {
  const kept: Defined<Given> = { ...given };
  for (const key of Object.keys(given)) if (Reflect.get(given, key) === undefined) Reflect.deleteProperty(kept, key);
  return kept;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const unknownKey = (key: string): PgrehearseError =>
  new PgrehearseError('CONFIG_INVALID', `migrations.${key} is not an option of knex.`, {
    hint: `Options of knex are: directory, ${KEYS.join(', ')}.`,
  });

const wrongType = (key: string, expected: string, found: unknown): PgrehearseError =>
  new PgrehearseError('CONFIG_INVALID', `migrations.${key} must be ${expected}, not ${JSON.stringify(found)}.`);
