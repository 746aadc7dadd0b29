// Writes docs/checks/<id>.md for every check, and docs/production-checks.md: `npm run docs:checks`.
import { writeFileSync } from 'node:fs';
import { CHECKS, PREFLIGHT_CHECKS, VERIFY_CHECKS } from '../dist/index.js';
import { checkPage } from './check-page.mjs';
import { productionChecksPage } from './production-checks-page.mjs';

for (const check of CHECKS) writeFileSync(`docs/checks/${check.id}.md`, checkPage(check, 'scenarios'));
writeFileSync(
  'docs/production-checks.md',
  productionChecksPage({ preflight: PREFLIGHT_CHECKS, verify: VERIFY_CHECKS }),
);
console.log(
  `${CHECKS.length} pages, and one of ${PREFLIGHT_CHECKS.length + VERIFY_CHECKS.length} checks of production`,
);
