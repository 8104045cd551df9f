import { expect, it } from 'vitest'
import { pythonPath } from '../../e2e/support/python.ts'
import { DifferentialRun } from './differential-run.ts'

const REQUESTS = Number(process.env['HEADRACE_SOAK_REQUESTS'] ?? 20_000)
const SEED = Number(process.env['HEADRACE_SOAK_SEED'] ?? 1)
/** Of the unlisted differences, how many the failure shows. */
const SHOWN = 20

it(`answers ${REQUESTS} generated requests as MLflow does (seed ${SEED})`, async () => {
  const run = new DifferentialRun({ python: pythonPath(), requests: REQUESTS, seed: SEED, processes: 2 })
  const { unlisted, ...counts } = await run.run()
  console.log({ ...counts, unlisted: unlisted.length })
  expect(counts.requests).toBeGreaterThanOrEqual(REQUESTS)
  expect(counts.predictions).toBeGreaterThan(REQUESTS / 10)
  expect(unlisted.slice(0, SHOWN)).toEqual([])
})
