/**
 * A model as Headrace serves it, in a pool of worker threads with the batcher above it, without HTTP: so many callers ask
 * for one row at a time, each again as soon as it has its answer. Prints rows a second and how they were batched, as
 * JSON. Argument: a `PooledRowsPlan` as JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tensor } from '../../src/core/tensor.ts'
import { newTiming } from '../../src/core/timing.ts'
import { ModelRepository } from '../../src/runtime/model-repository.ts'
import type { ServedModel } from '../../src/runtime/served-model.ts'

export interface PooledRowsPlan {
  /** A model folder with one input of floats. */
  readonly model: string
  readonly workers: number
  readonly callers: number
  readonly seconds: number
}

export interface PooledRowsResult {
  readonly rowsPerSecond: number
  readonly batching: string
  /** Rows of the run that a row was part of, on average. */
  readonly meanBatchRows: number
}

const WARM_UP_MS = 1500
const LONGEST_TEST_MS = 60_000

async function settledModel({ model, workers }: PooledRowsPlan): Promise<ServedModel> {
  const repository = new ModelRepository({ resolve: localModel, placement: 'pool', workers })
  const served = await repository.load(model)
  const end = performance.now() + LONGEST_TEST_MS
  while (served.batching.state === 'testing' && performance.now() < end) await sleep(50)
  return served
}

async function localModel(path: string) {
  const origin = { kind: 'local', location: path, registry: undefined } as const
  return { uri: path, canonicalUri: path, name: 'model', version: undefined, alias: undefined, path, origin }
}

function oneRow({ predictor }: ServedModel): ReadonlyMap<string, Tensor> {
  const { name, shape } = predictor.inputs[0]!
  const rowShape = shape.slice(1)
  const elements = rowShape.reduce((product, size) => product * size, 1)
  const data = Float32Array.from({ length: elements }, (_, index) => (index % 97) / 97)
  return new Map([[name, { datatype: 'FP32', shape: [1, ...rowShape], data }]])
}

async function loop(plan: PooledRowsPlan): Promise<PooledRowsResult> {
  const served = await settledModel(plan)
  const inputs = oneRow(served)
  const start = performance.now() + WARM_UP_MS
  const end = start + plan.seconds * 1000
  let rows = 0
  let batchRows = 0
  const caller = async (): Promise<void> => {
    for (;;) {
      const timing = newTiming()
      await served.predictor.predict(inputs, { timing })
      const now = performance.now()
      if (now > end) return
      if (now < start) continue
      rows += 1
      batchRows += timing.batchRows
    }
  }
  await Promise.all(Array.from({ length: plan.callers }, caller))
  const { state, reason, maxBatchRows } = served.batching
  return {
    rowsPerSecond: rows / plan.seconds,
    batching: `${state} (${reason}), at most ${maxBatchRows} rows`,
    meanBatchRows: batchRows / rows,
  }
}

console.log(JSON.stringify(await loop(JSON.parse(process.argv[2] ?? '') as PooledRowsPlan)))
process.exit(0)
