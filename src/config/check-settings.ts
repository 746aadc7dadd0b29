import type { CheckSettings } from '../checks/judge.ts';
import { type Severity, SEVERITIES } from '../findings/finding.ts';
import { didYouMean } from '../support/did-you-mean.ts';
import { KNOWN_CHECK_IDS as IDS, type KnownCheck, KNOWN_CHECKS } from './known-checks.ts';
import { type ConfigPath, isMapping, type Mapping } from './path.ts';

export type Refuse = (path: ConfigPath, expected: string, suggestion?: string) => void;

const AN_ID = 'the id of a check';

/** Where the ids are listed, if one of the problems is an unknown one: they are too many for a screen. */
export const hintOnIds = (problems: readonly { readonly expected: string }[]): string | undefined =>
  problems.some(({ expected }) => expected === AN_ID) ? '`pgrehearse explain` lists every check.' : undefined;

/** Reads `checks:`. Ids and limits are those of the registry; whatever else is there is refused. */
export function readCheckSettings(section: Mapping, refuse: Refuse): Readonly<Record<string, CheckSettings>> {
  const settings: Record<string, CheckSettings> = {};
  for (const [id, value] of Object.entries(section)) {
    const path = ['checks', id];
    const check = KNOWN_CHECKS.find((one) => one.id === id);
    if (!check) refuseUnknownCheck(id, path, refuse);
    else if (value === 'off') settings[id] = 'off';
    else if (isMapping(value)) settings[id] = readOne(check, { value, path, refuse });
    else refuse(path, `\`off\` or a mapping with the keys ${keysOf(check).join(', ')}`);
  }
  return settings;
}

export function refuseUnknownCheck(id: string, path: ConfigPath, refuse: Refuse): void {
  if (!IDS.includes(id)) refuse(path, AN_ID, didYouMean(id, IDS));
}

interface OneCheck {
  readonly value: Mapping;
  readonly path: ConfigPath;
  readonly refuse: Refuse;
}

function readOne(check: KnownCheck, { value, path, refuse }: OneCheck): CheckSettings {
  const limits: Record<string, unknown> = {};
  const defaults = new Map<string, unknown>(Object.entries(check.limits));
  let severity: Severity | undefined;
  for (const [key, wanted] of Object.entries(value)) {
    const at = [...path, key];
    if (key === 'severity') {
      severity = SEVERITIES.find((one) => one === wanted);
      if (severity === undefined) refuse(at, SEVERITIES.join(', '));
    } else if (!defaults.has(key)) {
      refuse(at, `one of ${keysOf(check).join(', ')}`, didYouMean(key, keysOf(check)));
    } else if (isSameType(wanted, defaults.get(key))) limits[key] = wanted;
    else refuse(at, `${typeText(defaults.get(key))} (default ${String(defaults.get(key))})`);
  }
  return { ...limits, ...(severity && { severity }) };
}

const keysOf = ({ limits }: KnownCheck): string[] => [...Object.keys(limits), 'severity'];

const isSameType = (wanted: unknown, byDefault: unknown): boolean =>
  typeof wanted === 'number' && typeof byDefault === 'number'
    ? Number.isFinite(wanted) && wanted >= 0
    : typeof wanted === typeof byDefault;

function typeText(byDefault: unknown): string {
  if (typeof byDefault === 'number') return 'a number, 0 or more';
  return typeof byDefault === 'boolean' ? 'true or false' : 'a text';
}
