import { CHECKS } from '../checks/index.ts';
import { redact } from '../support/redact.ts';
import type { ConfigSetting } from './config.ts';
import type { Layers } from './layers.ts';
import { type ConfigPath, isMapping, pathText, valueAt } from './path.ts';

/** What holds where nobody says otherwise. */
const DEFAULTS: readonly (readonly [path: readonly string[], value: string])[] = [
  [['server', 'provider'], 'local'],
  [['server', 'postgresVersion'], "the backup's major"],
  [['migrations', 'tool'], 'detected'],
  [['rehearsal', 'scope'], 'pending'],
  [['rehearsal', 'forwardOnly'], 'false'],
];

const NO_BACKUP = [['backup', 'file'], 'none, an empty database'] as const;

/** Every value that is in force, given ones and defaults, each with its origin. Holds no secret. */
export function listSettings(layers: Layers): readonly ConfigSetting[] {
  const hasBackup = isMapping(layers.value['backup']);
  const defaults = [...(hasBackup ? [] : [NO_BACKUP]), ...DEFAULTS, ...limitDefaults(layers)].filter(
    ([path]) => valueAt(layers.value, path) === undefined,
  );
  return [
    ...leavesOf(layers.value, []).map(([path, value]) => ({
      path: pathText(path),
      value: layers.template(path)?.template ?? (isSecret(path) ? '***' : redact(value)),
      origin: layers.origin(path) ?? 'default',
    })),
    ...defaults.map(([path, value]) => ({ path: pathText(path), value, origin: 'default' })),
  ].toSorted((a, b) => rank(a) - rank(b));
}

/** Secrets belong into the environment; whoever writes one into the file shall not see it in a log as well. */
const isSecret = (path: ConfigPath): boolean => /password|passwd|secret|token|webhook/i.test(String(path.at(-1)));

function limitDefaults({ value }: Layers): (readonly [string[], string])[] {
  return CHECKS.filter(({ id }) => valueAt(value, ['checks', id]) !== 'off').flatMap(({ id, limits }) =>
    Object.entries(limits).map(([name, limit]: [string, unknown]) => [['checks', id, name], String(limit)] as const),
  );
}

function leavesOf(value: unknown, path: ConfigPath): (readonly [ConfigPath, string])[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => leavesOf(item, [...path, index]));
  if (isMapping(value)) return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
  if (['string', 'number', 'boolean'].includes(typeof value)) return [[path, String(value)]];
  return value === undefined || value === null ? [] : [[path, `(${typeof value})`]];
}

const SECTIONS = [
  'server',
  'backup',
  'migrations',
  'rehearsal',
  'checks',
  'invariants',
  'waivers',
  'preflight',
  'verify',
];

const rank = ({ path }: ConfigSetting): number => SECTIONS.indexOf(path.split(/[.[]/)[0] ?? '');
