// docs/production-checks.md, made from the definitions. A test keeps the committed page in step.

/** Markdown of one page for all checks of `preflight` and `verify`. */
export function productionChecksPage({ preflight, verify }) {
  return [
    '# Checks of `preflight` and `verify`',
    '',
    'Each says pass, warn, fail or unknown of what was gathered. A fail makes the verdict *unsafe* (exit 1), an unknown *inconclusive*',
    '(exit 3); both can be waived by name with a reason. Limits are set under `checks:` in the config; `off` switches a check off.',
    'This page is made from the code by `npm run docs:checks`.',
    '',
    `## Pre-flight`,
    ...preflight.flatMap(entry),
    '',
    '## Verification',
    ...verify.flatMap(entry),
    '',
  ].join('\n');
}

function entry({ id, title, group, effect, remedy, limits }) {
  const set = Object.entries(limits).map(([name, value]) => `\`${name}: ${value}\``);
  return [
    '',
    `### ${id}`,
    '',
    `**${title}** · ${group}`,
    '',
    effect,
    '',
    `*What to do:* ${remedy}`,
    ...(set.length > 0 ? ['', `*Limits:* ${set.join(', ')}`] : []),
  ];
}
