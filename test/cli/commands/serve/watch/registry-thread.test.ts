import { afterEach, expect, test, vi } from 'vitest'
import { RegistryThread } from '../../../../../src/cli/commands/serve/watch/registry-thread.ts'
import type { ServeSettings } from '../../../../../src/cli/config.ts'
import { createLogger } from '../../../../../src/server/logger.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** What no thread can be given makes its start throw, as a system does that has no thread left. */
const UNSTARTABLE = { watchIntervalMs: () => 1000 } as unknown as ServeSettings

test('a thread that cannot be started is told of and tried again, and ends nobody', () => {
  vi.useFakeTimers()
  const logger = createLogger({ level: 'silent', format: 'json' })
  const warn = vi.spyOn(logger, 'warn')
  const thread = new RegistryThread(UNSTARTABLE, logger)
  thread.follow(['models:/iris@champion'])
  expect(warn).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(5_000)
  expect(warn).toHaveBeenCalledTimes(2)
  thread.close()
  vi.advanceTimersByTime(60_000)
  expect(warn).toHaveBeenCalledTimes(2)
})
