import type { Predictor } from '../../../../src/core/predictor.ts'
import type { TensorMap } from '../../../../src/core/tensor.ts'
import { flavorFor } from '../../../../src/flavors/flavor-table.ts'
import { readMlModel } from '../../../../src/flavors/read-mlmodel.ts'
import { scoringHabits } from '../../../../src/flavors/scoring-habits.ts'
import { compileScoringCodec } from '../../../../src/protocols/mlflow-scoring/compile-scoring-codec.ts'
import type { BatchPlan } from '../../../../src/runtime/batching/batch-plan.ts'
import type { BatchingOptions, BatchingState } from '../../../../src/runtime/batching/batching-state.ts'
import { readGoldenFile } from '../../../../src/runtime/load/golden-file.ts'
import type { SampleBody } from '../../../../src/runtime/load/scoring-sample.ts'
import { readServingExample } from '../../../../src/runtime/load/serving-example.ts'
import { Tuner, type TunerOptions } from '../../../../src/runtime/tuning/tuner.ts'

/** A model with what its tuner made of it. */
export interface TunedModel {
  readonly state: BatchingState
  /** Every plan that the batcher was given, in order; undefined where one was taken back. */
  readonly plans: readonly (BatchPlan | undefined)[]
  readonly plan: BatchPlan | undefined
  /** Rows of the runs of the engine. */
  readonly runs: readonly number[]
  readonly log: readonly Logged[]
  readonly engine: Predictor
}

export interface Logged {
  readonly level: 'info' | 'warn'
  readonly facts: object
  readonly message: string
}

export interface TuneSetup {
  readonly batching?: BatchingOptions
  /** Bodies of requests as JSON values, in the place of what the model brings along. */
  readonly samples?: readonly unknown[]
  readonly overrides?: Partial<TunerOptions>
}

/** Loads a model folder or file into this thread, and tunes it. The engine is the caller's to close. */
export async function tuneModel(path: string, setup: TuneSetup = {}): Promise<TunedModel> {
  const mlmodel = await readMlModel(path)
  const flavor = await flavorFor(mlmodel)
  const model = await flavor.prepare(mlmodel)
  const engine = await flavor.load(model, { intraOpThreads: 1 })
  const { inputs, outputs } = engine
  const { signature } = mlmodel
  const scoring = compileScoringCodec({ signature, inputs, outputs, ...scoringHabits(mlmodel) })
  const { samples, overrides } = setup
  return tuneEngine(engine, {
    ...{ model, scoring, batching: setup.batching ?? { mode: 'auto' } },
    samples: samples === undefined ? await samplesOf(mlmodel.directory, path) : samples.map(jsonBody),
    ...overrides,
  })
}

type Needed = Pick<TunerOptions, 'model' | 'scoring' | 'batching' | 'samples'> & Partial<TunerOptions>

/** Tunes a predictor that is open already. */
export async function tuneEngine(engine: Predictor, options: Needed): Promise<TunedModel> {
  const plans: (BatchPlan | undefined)[] = []
  const log: Logged[] = []
  const runs: number[] = []
  const counted = counting(engine, runs)
  const tuner = new Tuner({
    ...{ name: 'm', placement: 'inline', engine: counted, rowMs: undefined, underWay: () => 0 },
    batcher: { use: (plan) => void plans.push(plan) },
    everywhere: async (inputs: TensorMap) => void (await counted.predict(inputs)),
    log: {
      info: (facts, message) => void log.push({ level: 'info', facts, message }),
      warn: (facts, message) => void log.push({ level: 'warn', facts, message }),
    },
    ...options,
  })
  await tuner.run()
  return { state: tuner.state, plans, plan: plans.at(-1), runs, log, engine }
}

function jsonBody(value: unknown): SampleBody {
  return { mediaType: 'application/json', body: Buffer.from(JSON.stringify(value)) }
}

async function samplesOf(directory: string, path: string): Promise<SampleBody[]> {
  const example = await readServingExample(await readMlModel(path))
  return [...(example === undefined ? [] : [example.body]), ...(await readGoldenFile(directory))]
}

function counting(engine: Predictor, runs: number[]): Predictor {
  const { inputs, outputs, maxBatchRows, maxConcurrency, batchable } = engine
  return {
    ...{ inputs, outputs, maxBatchRows, maxConcurrency, batchable },
    predict(tensors, options) {
      runs.push([...tensors.values()][0]?.shape[0] ?? 1)
      return engine.predict(tensors, options)
    },
    close: () => engine.close(),
  }
}
