import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import {
  type ProcessEnd,
  type ProcessObserver,
  SupervisedProcess,
} from '../../src/supervisor/supervised-process.ts'

const SCRIPT = fileURLToPath(new URL('./fakes/server-program.ts', import.meta.url))

function endOf(args: readonly string[], onReady: (process: SupervisedProcess) => void): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    const ignored = (): void => {}
    const observer: ProcessObserver = {
      ...{ accepted: ignored, declined: ignored, counted: ignored },
      ...{
        scrape: ignored,
        figures: ignored,
        leave: ignored,
        change: ignored,
        done: ignored,
        tuned: ignored,
        rollout: ignored,
      },
      ready: onReady,
      ended: (_, end) => resolve(end),
    }
    new SupervisedProcess(1, { script: SCRIPT, args }, observer)
  })
}

test('a process that ends before it is ready has not served, however long its start took', async () => {
  const end = await endOf([SCRIPT], () => {})
  expect(end).toEqual({ code: 3, signal: null, servedMs: 0 })
})

test('a process has served from when it was ready', async () => {
  const begunAt = performance.now()
  let readyAt = 0
  const end = await endOf([], (process) => {
    readyAt = performance.now()
    process.kill('SIGKILL')
  })
  expect(end.signal).toBe('SIGKILL')
  expect(end.servedMs).toBeGreaterThan(0)
  // Half of what its start took is more than this thread may lose between two of these times.
  expect(end.servedMs).toBeLessThan(performance.now() - (begunAt + readyAt) / 2)
})
