import { PLAIN_ROWS } from '../batching/plain-rows.ts'
import type { Tuned } from './planning.ts'
import { batchSizes } from './size-steps.ts'
import type { TunerOptions } from './tuning-options.ts'

/** Where nobody has measured and nobody has said. */
const MOST_ROWS = 32
/** Of a run about which nothing is known. */
const ROW_MS = 1

/** What is done until there are measurements, where batching is switched on by hand. */
export function assumedPlan({ batching, rowMs = ROW_MS, model }: TunerOptions): Tuned {
  const { targetP99Ms = Number.POSITIVE_INFINITY } = batching
  const affordable = Math.max(1, Math.floor(targetP99Ms / 2 / Math.max(rowMs, 1e-3)))
  const most = batching.maxBatchRows ?? Math.min(MOST_ROWS, affordable)
  const steps = model.engine.name === 'onnxruntime' ? 'fine' : 'doubling'
  const plan = { sizes: batchSizes(most, steps), joining: PLAIN_ROWS, runMs: (rows: number) => rowMs * rows }
  return { plan, reason: 'switched on by hand, without proof' }
}
