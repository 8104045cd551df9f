import { defineConfig, type TestUserConfig } from 'vitest/config'

/** Suites that mostly wait: for Python to start, for databases, for each other's answers. They measure nothing. */
const SIDE_BY_SIDE = [
  'test/batch/*.e2e.test.ts',
  'test/cli/**/*.e2e.test.ts',
  'test/client/*.e2e.test.ts',
  'test/e2e/*-{database,databases,stores,servers}.e2e.test.ts',
  'test/e2e/tracking-*.e2e.test.ts',
  'test/e2e/durability.e2e.test.ts',
  'test/e2e/rollout-{canary,members,outages,report}.e2e.test.ts',
  'test/outcomes/**/*.e2e.test.ts',
  'test/protocol/**/*.e2e.test.ts',
  'test/registry-client/**/*.e2e.test.ts',
]

const COMMON = {
  pool: 'forks',
  // Threads of a test strip types side by side: see src/flavors/unoptimised-wrappers.ts.
  execArgv: ['--wasm-wrapper-tiering-budget=2147483647'],
  // For what never ends: a machine with much to do may take minutes for what else takes seconds.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  // Browsers, containers and ten servers share a machine with others: what a moment without a core spoils is tried once more, and told.
  retry: 1,
  expect: { poll: { timeout: 30_000 } },
} satisfies TestUserConfig

/** Suites with real processes, Python clients and browsers: those that measure one at a time, the others by twos. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...COMMON,
          name: 'side by side',
          include: SIDE_BY_SIDE,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...COMMON,
          name: 'one at a time',
          include: ['test/**/*.e2e.test.ts'],
          exclude: SIDE_BY_SIDE,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
