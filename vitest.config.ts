import { defineConfig } from 'vitest/config';

const withServer = { testTimeout: 180_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/{unit,architecture}/**/*.test.ts'] } },
      { test: { name: 'integration', include: ['test/{integration,contracts}/**/*.test.ts'], ...withServer } },
      { test: { name: 'scenarios', include: ['test/scenarios/**/*.test.ts'], ...withServer } },
      { test: { name: 'cli', include: ['test/cli/**/*.test.ts'], ...withServer } },
    ],
    coverage: { provider: 'v8', include: ['src/**'] },
  },
});
