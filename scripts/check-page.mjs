// The page of one check, made from its definition and its scenario. A test keeps the committed pages in step.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Markdown for docs/checks/<id>.md. */
export function checkPage(check, scenariosFolder) {
  const folder = join(scenariosFolder, check.id);
  const { title, story, bites } = JSON.parse(readFileSync(join(folder, 'scenario.json'), 'utf8'));
  return [
    `# ${check.id}`,
    '',
    `**${check.title}** · severity: ${check.severity}`,
    '',
    '## Why it matters',
    '',
    check.effect,
    '',
    '## What to do',
    '',
    check.remedy,
    ...limitsOf(check),
    '',
    `## Example: ${title}`,
    '',
    story,
    '',
    'This is reported:',
    ...sources(join(folder, 'bites')),
    '',
    'This is not:',
    ...sources(join(folder, 'passes')),
    '',
    `Run it: \`pgrehearse run scenarios/${check.id}/bites\` (verdict: ${bites.outcome}).`,
    '',
    '## Waive it',
    '',
    '```yaml',
    'waivers:',
    `  - { check: ${check.id}, migration: …, reason: …, until: 2027-01-31 }`,
    '```',
    '',
  ].join('\n');
}

function limitsOf({ limits }) {
  const entries = Object.entries(limits);
  if (entries.length === 0) return [];
  return [
    '',
    '## Limits',
    '',
    '| name | default |',
    '|---|---|',
    ...entries.map(([name, value]) => `| \`${name}\` | ${value} |`),
  ];
}

function sources(folder) {
  const migrations = join(folder, 'migrations');
  const files = readdirSync(migrations, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const config = readFileSync(join(folder, 'pgrehearse.config.yaml'), 'utf8');
  return [
    '',
    '`pgrehearse.config.yaml`',
    ...block('yaml', config),
    ...files.flatMap((file) => [
      '',
      `\`${file.slice(folder.length + 1)}\``,
      ...block(file.endsWith('.sql') ? 'sql' : 'js', readFileSync(file, 'utf8')),
    ]),
  ];
}

const rank = (file) => Number(file.replace(/^.*?(\d+)_.*$/, '$1')) * 2 + (file.includes('.down.') ? 1 : 0);

const block = (language, text) => ['', '```' + language, ...text.trimEnd().split('\n'), '```'];
