import { expect, it } from 'vitest'
import { GRAPH_TABLE } from '../../../src/flavors/tfjs/compile/graph-def/table.ts'
import { LAYER_TABLE } from '../../../src/flavors/tfjs/compile/layers/layer-table.ts'
import { expectSound } from '../../flavors/tfjs/sweep/expect-sound.ts'
import { NOT_SWEPT } from '../../flavors/tfjs/sweep/not-swept.ts'
import { sweepGraphs, sweepLayers } from '../../flavors/tfjs/sweep/sweep.ts'
import type { SweepReport } from '../../flavors/tfjs/sweep/sweep-report.ts'

const MODELS = Number(process.env['HEADRACE_SOAK_REQUESTS'] ?? 4_000)
const SEED = Number(process.env['HEADRACE_SOAK_SEED'] ?? 1)

it(`compiles ${MODELS / 2} random layers models to what TF.js computes (seed ${SEED})`, async () => {
  const report = await sweepLayers({ models: MODELS / 2, seed: SEED, withWasm: true })
  expectCovered(report, [...LAYER_TABLE.keys()])
})

it(`compiles ${MODELS / 2} random graph models to what TF.js computes (seed ${SEED})`, async () => {
  const report = await sweepGraphs({ models: MODELS / 2, seed: SEED, withWasm: true })
  const names = GRAPH_TABLE.flatMap((row) => row.names)
  expectCovered(
    report,
    names.filter((name) => !NOT_SWEPT.has(name)),
  )
})

/** Nothing is wrong, and each row of the table is in a model that agrees. */
function expectCovered(report: SweepReport, names: readonly string[]): void {
  const { failures, ...counts } = report
  console.log({ ...counts, failures: failures.length })
  expectSound(report)
  expect(names.filter((name) => !report.agreeing.has(name))).toEqual([])
}
