import { defineConfig } from 'vitest/config'

/** Suites with real processes, Python clients and browsers: one at a time, since they measure and bind ports. */
export default defineConfig({
  test: {
    include: ['test/**/*.e2e.test.ts'],
    pool: 'forks',
    // Threads of a test strip types side by side: see src/flavors/unoptimised-wrappers.ts.
    execArgv: ['--wasm-wrapper-tiering-budget=2147483647'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
