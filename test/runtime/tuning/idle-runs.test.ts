import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { Predictor } from '../../../src/core/predictor.ts'
import type { TensorMap } from '../../../src/core/tensor.ts'
import { IdleRuns, type IdleRunsOptions } from '../../../src/runtime/tuning/idle-runs.ts'

const RUN_MS = 4
const INPUTS: TensorMap = new Map()

let others: NodeJS.Timeout | undefined

afterEach(() => clearInterval(others))

function compute(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

/** A model that runs in this thread. */
const engine = {
  ...{ inputs: [], outputs: [], batchable: true, maxBatchRows: 1, maxConcurrency: 1 },
  async predict(inputs: TensorMap): Promise<TensorMap> {
    compute(RUN_MS)
    return inputs
  },
  async close(): Promise<void> {},
} satisfies Predictor

/** As requests that are served beside. */
function serveOthers(): void {
  others = setInterval(() => compute(0.5), 5)
}

async function gapMs(quiet?: IdleRunsOptions['quiet']): Promise<number> {
  const runs = new IdleRuns({
    ...{ engine, everywhere: async () => {}, underWay: () => 0 },
    ...(quiet === undefined ? {} : { quiet }),
  })
  await runs.run(INPUTS, RUN_MS)
  const begun = performance.now()
  await runs.run(INPUTS, RUN_MS)
  return performance.now() - begun
}

test('quiet runs take less than a hundredth of a thread that serves others', async () => {
  serveOthers()
  expect(await gapMs('in the serving thread')).toBeGreaterThan(RUN_MS * 100)
})

/** Whoever else is on the machine may make a loud one wait. */
test('runs in other threads keep less distance, and loud ones none', { retry: 4 }, async () => {
  serveOthers()
  expect(await gapMs('in other threads')).toBeGreaterThan(RUN_MS * 20)
  expect(await gapMs()).toBeLessThan(RUN_MS * 60)
})

/** Whoever else is on the machine may make it look as if somebody were. */
test('where nobody is served, nobody is waited for', { retry: 4 }, async () => {
  await sleep(50)
  expect(await gapMs('in the serving thread')).toBeLessThan(RUN_MS * 110)
})

test('a run that waits for its turn is given up', { retry: 4 }, async () => {
  serveOthers()
  const runs = new IdleRuns({
    ...{ engine, everywhere: async () => {}, underWay: () => 0, quiet: 'in the serving thread' },
  })
  await runs.run(INPUTS, RUN_MS)
  const second = runs.run(INPUTS, RUN_MS)
  runs.stop()
  const begun = performance.now()
  await expect(second).rejects.toThrow()
  expect(performance.now() - begun).toBeLessThan(400)
})
