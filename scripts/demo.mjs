// Rehearses the example shop. Its traps are meant, so the verdict 'unsafe' is the expected end of a demo.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(process.execPath, ['dist/cli/main.js', 'run', 'examples/shop'], { stdio: 'inherit' });
const EXPECTED = 1;
if (status === EXPECTED)
  console.log(
    '\nThat is the demo: exit code 1, because traps are planted in the example (see examples/shop/README.md).',
  );
process.exit(status === EXPECTED ? 0 : (status ?? 3) || 3);
