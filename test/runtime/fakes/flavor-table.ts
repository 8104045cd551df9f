import { appendFileSync } from 'node:fs'
import { threadId } from 'node:worker_threads'
import { modelFailed, unavailable } from '../../../src/core/errors.ts'
import type { PredictOptions, Predictor, TensorMetadata } from '../../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'
import type { Flavor } from '../../../src/flavors/flavor.ts'
import type { MlModel } from '../../../src/flavors/mlmodel.ts'

/** First values of the input `x` that make the fake model misbehave; any other row is doubled. */
export const Order = {
  fail: -1,
  exit: -2,
  exhaustHeap: -3,
  neverReturn: -4,
} as const

export interface FakeConfig {
  /** Each run keeps its thread busy for so long. */
  readonly runMs?: number
  readonly unboundedRun?: boolean
  readonly weightBytes?: number
  readonly failsToLoad?: boolean
  readonly exitsOnLoad?: boolean
  /** Loading keeps the thread busy for so long. */
  readonly loadMs?: number
  /** A file that gets a line when loading begins and one when it has ended, with the number of the thread. */
  readonly logTo?: string
  /** In shared memory: how many loads have begun, and how many have ended. */
  readonly loads?: Int32Array
  /** In shared memory: how many were closed. */
  readonly closes?: Int32Array
  readonly neverCloses?: boolean
}

const COLUMN: readonly TensorMetadata[] = [{ name: 'x', datatype: 'FP64', shape: [-1] }]

/** A flavor table like Headrace's own, for workers and tests alike: every flavor name is the doubling model. */
export function flavorFor(_model: Pick<MlModel, 'flavor'>): Flavor {
  return {
    name: 'fake',
    prepare: async (model) => {
      const { unboundedRun = false, weightBytes = 0 } = model.flavorConfig as FakeConfig
      return { ...model, traits: { unboundedRun, weightBytes }, engine: { name: 'onnxruntime' } }
    },
    load: async ({ flavorConfig }) => {
      const config = flavorConfig as FakeConfig
      if (config.exitsOnLoad) process.exit(1)
      if (config.loads !== undefined) Atomics.add(config.loads, 0, 1)
      tell(config, 'begins')
      block(config.loadMs ?? 0)
      tell(config, 'ends')
      if (config.loads !== undefined) Atomics.add(config.loads, 1, 1)
      if (config.failsToLoad) throw modelFailed('This model never loads')
      return new DoublingPredictor(config)
    },
    dataFiles: async () => [],
  }
}

export class DoublingPredictor implements Predictor {
  readonly inputs = COLUMN
  readonly outputs = [{ name: 'y', datatype: 'FP64', shape: [-1] }] as const
  readonly maxBatchRows = Number.POSITIVE_INFINITY
  readonly maxConcurrency = 1
  readonly batchable = true
  /** Rows of the runs so far. */
  readonly runs: number[] = []
  readonly #config: FakeConfig
  #closed = false

  constructor(config: FakeConfig = {}) {
    this.#config = config
  }

  async predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    if (this.#closed) throw unavailable('Closed')
    const data = inputs.get('x')!.data as Float64Array
    obey(data[0] ?? 0)
    const begun = performance.now()
    block(this.#config.runMs ?? 0)
    if (options.timing !== undefined) options.timing.compute = performance.now() - begun
    this.runs.push(data.length)
    const doubled = data.map((value) => value * 2)
    return new Map<string, Tensor>([['y', { datatype: 'FP64', shape: [data.length], data: doubled }]])
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#config.closes !== undefined) Atomics.add(this.#config.closes, 0, 1)
    if (this.#config.neverCloses) await new Promise(() => {})
  }
}

function tell({ logTo }: FakeConfig, what: 'begins' | 'ends'): void {
  if (logTo !== undefined) appendFileSync(logTo, `${what} ${threadId}\n`)
}

function obey(order: number): void {
  if (order === Order.fail) throw modelFailed('The fake model was told to fail', { details: { order } })
  if (order === Order.exit) process.exit(1)
  if (order === Order.exhaustHeap) exhaustHeap()
  while (order === Order.neverReturn) block(1000)
}

function exhaustHeap(): never {
  const kept: unknown[] = []
  for (;;) kept.push(new Array(10_000).fill({}))
}

/** As a native run does: nothing else happens in the thread. */
function block(ms: number): void {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
