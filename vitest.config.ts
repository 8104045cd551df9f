import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.e2e.test.ts', 'test/soak/**'],
    pool: 'forks',
    // Most of what takes long waits for threads and processes of its own; without it one core is left idle.
    maxWorkers: '100%',
    // Threads of a test strip types side by side: see src/flavors/unoptimised-wrappers.ts.
    execArgv: ['--wasm-wrapper-tiering-budget=2147483647'],
    // For what never ends: on a machine with much to do threads and processes of low priority take long.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    env: { ORT_DISABLE_TELEMETRY: '1' },
  },
})
