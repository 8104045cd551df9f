import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('./fakes/native-loop.ts', import.meta.url))

test('a native run that never returns is answered 504, its thread replaced and counted as stuck', async () => {
  const { stdout, signal } = await new Promise<{ stdout: string; signal: string | undefined }>((resolve) => {
    execFile(process.execPath, [SCRIPT], { timeout: 110_000 }, (error, stdout) => {
      resolve({ stdout, signal: error?.signal ?? undefined })
    })
  })
  expect(JSON.parse(stdout)).toEqual({
    code: 'DEADLINE_EXCEEDED',
    answered: true,
    stats: {
      ...{ workers: 1, running: 0, queued: 0, cancelled: 0, expired: 0 },
      ...{ workerRestarts: 1, workersLost: 1, stuckWorkers: 1 },
    },
    stuckAtTheEnd: 2,
  })
  expect(signal).toBe('SIGKILL')
})
