import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/soak/**'],
    pool: 'forks',
    testTimeout: 20_000,
    env: { ORT_DISABLE_TELEMETRY: '1' },
  },
})
