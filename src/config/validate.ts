import type { z } from 'zod';
import type { CheckSettings } from '../checks/judge.ts';
import { refuseBackupSources } from './backup-sources.ts';
import { readCheckSettings, refuseUnknownCheck } from './check-settings.ts';
import { didYouMean } from '../support/did-you-mean.ts';
import type { Layers } from './layers.ts';
import { type ConfigPath, isMapping, type Mapping, pathText, valueAt } from './path.ts';
import { type ConfigProblem, foundText } from './problems.ts';
import { refuseKeysWithoutProvider } from './provider-keys.ts';
import { configSchema, type ConfigValues } from './schema.ts';

/** The config as a valid value, or everything that is wrong with it. */
export type Validated =
  | { readonly values: ConfigValues; readonly checks: Readonly<Record<string, CheckSettings>> }
  | { readonly problems: readonly ConfigProblem[] };

export function validateConfig(layers: Layers): Validated {
  const problems: ConfigProblem[] = [...layers.problems];
  const refuse = (path: ConfigPath, expected: string, suggestion?: string): void => {
    // A variable that is not set has been named already; what it left behind is not a second problem.
    if (layers.problems.some((problem) => problem.path === pathText(path))) return;
    problems.push({
      where: layers.where(path),
      path: pathText(path),
      expected,
      found: foundAt(layers, path),
      ...(suggestion !== undefined && { suggestion }),
    });
  };

  const parsed = configSchema.safeParse(layers.value);
  for (const issue of parsed.error?.issues ?? []) refuseIssue(issue, refuse);
  refuseBackupSources(layers.value, refuse);
  refuseKeysWithoutProvider(layers.value, refuse);
  const checks = readCheckSettings(mappingAt(layers.value, 'checks'), refuse);
  const { waivers, invariants } = layers.value;
  for (const [index, check] of textsOf(waivers, 'check'))
    refuseUnknownCheck(check, ['waivers', index, 'check'], refuse);
  const names = textsOf(invariants, 'name');
  for (const [index, name] of names) {
    if (names.some(([earlier, other]) => earlier < index && other === name)) {
      refuse(['invariants', index, 'name'], 'a name that no other invariant has');
    }
  }
  return parsed.success && problems.length === 0 ? { values: parsed.data, checks } : { problems };
}

function refuseIssue(
  issue: z.core.$ZodIssue,
  refuse: (path: ConfigPath, expected: string, mend?: string) => void,
): void {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code !== 'unrecognized_keys') return refuse(path, issue.message);
  const known = issue.message.replace(/^one of /, '').split(', ');
  for (const key of issue.keys) refuse([...path, key], issue.message, didYouMean(key, known));
}

function foundAt(layers: Layers, path: ConfigPath): string {
  const template = layers.template(path)?.template;
  const value = valueAt(layers.value, path);
  if (template !== undefined) return `${value === '' ? 'an empty text' : 'something else'} in ${template}`;
  return foundText(value);
}

const mappingAt = (value: Mapping, key: string): Mapping => {
  const section = value[key];
  return isMapping(section) ? section : {};
};

/** One text of every item of a list, with the item's place in it. */
const textsOf = (list: unknown, key: string): (readonly [number, string])[] =>
  (Array.isArray(list) ? list : []).flatMap((item: unknown, index) => {
    const value = valueAt(item, [key]);
    return typeof value === 'string' && value !== '' ? [[index, value] as const] : [];
  });
