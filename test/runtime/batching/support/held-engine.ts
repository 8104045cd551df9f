import {
  cancelled,
  modelFailed,
  type ServingError,
  unavailable,
  workerDied,
} from '../../../../src/core/errors.ts'
import type { PredictOptions, Predictor } from '../../../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../../../src/core/tensor.ts'
import { rowCount } from '../../../../src/core/tensor-rows.ts'

/** A run that has begun and ends when the test says so. */
export interface HeldRun {
  readonly inputs: TensorMap
  readonly options: PredictOptions
  readonly rows: number
  /** First value of each row. */
  readonly values: readonly number[]
  finish(): void
  fail(error: ServingError): void
}

export interface HeldEngineOptions {
  readonly maxConcurrency?: number
  /** Told of every run as it begins. */
  readonly onRun?: (run: HeldRun) => void
}

/** Values of `x` on which the engine refuses a run, and on which its worker dies under it. */
export const GUILTY = 0.25
export const KILLER = 0.75

/**
 * A predictor whose runs end by order of the test: doubles `x`, FP64 of any shape, to `y`, and gives `n`, the number
 * of the row in its run. A row of which a value has the fraction GUILTY or KILLER makes its run end so.
 */
export class HeldEngine implements Predictor {
  readonly inputs = [{ name: 'x', datatype: 'FP64', shape: [-1, -1] }] as const
  readonly outputs = [
    { name: 'y', datatype: 'FP64', shape: [-1, -1] },
    { name: 'n', datatype: 'INT64', shape: [-1] },
  ] as const
  readonly maxBatchRows = Number.POSITIVE_INFINITY
  readonly batchable = true
  maxConcurrency: number
  /** Those that have not ended, oldest first. */
  readonly held: HeldRun[] = []
  /** All that ever began. */
  readonly runs: HeldRun[] = []
  closed = false
  readonly #onRun: (run: HeldRun) => void

  constructor({ maxConcurrency = 1, onRun = () => {} }: HeldEngineOptions = {}) {
    this.maxConcurrency = maxConcurrency
    this.#onRun = onRun
  }

  predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    if (this.closed) return Promise.reject(unavailable('Closed'))
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        const at = this.held.indexOf(run)
        if (at < 0) return
        this.held.splice(at, 1)
        settle()
      }
      const run: HeldRun = {
        inputs,
        options,
        rows: rowCount(inputs),
        values: firstValues(inputs),
        finish: () => end(() => settleBy(run, resolve, reject)),
        fail: (error) => end(() => reject(error)),
      }
      options.signal?.addEventListener('abort', () => run.fail(cancelled('Taken back')))
      this.held.push(run)
      this.runs.push(run)
      this.#onRun(run)
    })
  }

  async close(): Promise<void> {
    this.closed = true
  }

  /** Ends the oldest runs until none is left, in turns of the event loop. */
  async finishAll(): Promise<void> {
    for (;;) {
      await turn()
      if (this.held.length === 0) return
      this.held[0]!.finish()
    }
  }
}

/** Two turns of the event loop: what waits for the end of one has happened then. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
}

export function rows(width: number, ...values: number[]): TensorMap {
  const data = Float64Array.from(values.flatMap((value) => new Array<number>(width).fill(value)))
  return new Map<string, Tensor>([['x', { datatype: 'FP64', shape: [values.length, width], data }]])
}

/** First value of each row of the answer, halved: what was asked. */
export function answered(outputs: TensorMap): number[] {
  return firstValues(outputs, 'y').map((value) => value / 2)
}

function firstValues(tensors: TensorMap, name = 'x'): number[] {
  const { shape, data } = tensors.get(name)!
  const [count = 0, width = 1] = shape
  return Array.from({ length: count }, (_, row) => Number(data[row * width]))
}

function settleBy(
  { inputs, options, values }: HeldRun,
  resolve: (outputs: TensorMap) => void,
  reject: (error: ServingError) => void,
): void {
  const guilty = values.find((value) => value % 1 === GUILTY)
  if (values.some((value) => value % 1 === KILLER)) reject(workerDied('Killed'))
  else if (guilty !== undefined) reject(modelFailed(`The model fails on ${guilty}`))
  else resolve(outputsOf(inputs, values, options.outputs))
}

function outputsOf(inputs: TensorMap, values: readonly number[], wanted: readonly string[] = []): TensorMap {
  const { shape, data } = inputs.get('x')!
  const all: [string, Tensor][] = [
    ['y', { datatype: 'FP64', shape, data: (data as Float64Array).map((value) => 2 * value) }],
    [
      'n',
      {
        datatype: 'INT64',
        shape: [values.length],
        data: BigInt64Array.from(values, (_, row) => BigInt(row)),
      },
    ],
  ]
  return new Map(all.filter(([name]) => wanted.length === 0 || wanted.includes(name)))
}
