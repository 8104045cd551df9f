import { defineConfig } from 'vitest/config'

/** Suites that run for minutes and compare with real systems: one at a time, with the interpreter of HEADRACE_TEST_PYTHON. */
export default defineConfig({
  test: {
    include: ['test/soak/**/*.soak.test.ts'],
    pool: 'forks',
    // Threads of a test strip types side by side: see src/flavors/unoptimised-wrappers.ts.
    execArgv: ['--wasm-wrapper-tiering-budget=2147483647'],
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    env: { ORT_DISABLE_TELEMETRY: '1' },
  },
})
