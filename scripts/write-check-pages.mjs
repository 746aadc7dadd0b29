// Writes docs/checks/<id>.md for every check: `npm run docs:checks`.
import { writeFileSync } from 'node:fs';
import { CHECKS } from '../dist/index.js';
import { checkPage } from './check-page.mjs';

for (const check of CHECKS) writeFileSync(`docs/checks/${check.id}.md`, checkPage(check, 'scenarios'));
console.log(`${CHECKS.length} pages written`);
