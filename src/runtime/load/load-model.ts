import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { messageOf, ServingError } from '../../core/errors.ts'
import type { Predictor } from '../../core/predictor.ts'
import type { ResolvedModel } from '../../core/resolved-model.ts'
import type { PrepareOptions } from '../../flavors/flavor.ts'
import type { MlModel } from '../../flavors/mlmodel.ts'
import { readMlModel } from '../../flavors/read-mlmodel.ts'
import { scoringHabits } from '../../flavors/scoring-habits.ts'
import type { ScoringCodec } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import { Admission, type AdmissionLimits } from '../admission/admission.ts'
import type { BatchingOptions } from '../batching/batching-state.ts'
import { DynamicBatcher } from '../batching/dynamic-batcher.ts'
import type { ThreadPlan } from '../cores.ts'
import { loadFlavor } from '../load-flavor.ts'
import { LoadedModel } from '../loaded-model.ts'
import type { MeasuredPlace } from '../model-plan.ts'
import { INLINE_BELOW_MS, ModelPlacement, type PlacementChoice } from '../placement.ts'
import type { WorkerThreads } from '../pool/worker-threads.ts'
import type { RuntimeLog } from '../runtime-log.ts'
import { Tuner, type TunerOptions } from '../tuning/tuner.ts'
import { readGoldenFile } from './golden-file.ts'
import type { GoldenRequest } from './golden-request.ts'
import { answer, type ProvedModel, proveGoldenRequests } from './golden-requests.ts'
import type { LoadStage } from './load-stage.ts'
import { medianRunMs } from './run-timing.ts'
import { oneRow, type SampleBody } from './scoring-sample.ts'
import { readServingExample } from './serving-example.ts'

export interface LoadModelOptions {
  readonly source: ResolvedModel
  readonly name: string
  /** As which it is served; as its source says unless set. */
  readonly version?: string
  readonly placement: PlacementChoice
  /** It has been timed and proved in another thread of this process. */
  readonly measured?: MeasuredPlace
  /** Started ahead of the model that goes into them; undefined where it will be inline for certain. */
  readonly threads: WorkerThreads | undefined
  /** Starts one more, should the model be inline and have requests that would block the serving thread. */
  readonly startOverflow?: () => Promise<WorkerThreads>
  /** Takes them back, should the model be inline; they are ended unless set. */
  readonly leaveThreads?: (threads: WorkerThreads) => Promise<void>
  /** Times the model while no other is timed; at once unless set. */
  readonly timeAlone?: TimeAlone
  /** How many of them and of what kind, by the weight of the model's copies. */
  readonly planFor: (weightBytes: number) => ThreadPlan
  readonly limits: AdmissionLimits
  readonly batching: BatchingOptions
  /** A run of a sample that takes longer makes loading fail. */
  readonly runTimeoutMs: number
  readonly flavorTable?: string
  readonly prepare?: PrepareOptions
  /** Others are served meanwhile. */
  readonly beside?: boolean
  /** Nobody waits for it: what is to be found out of its batches disturbs nobody. */
  readonly quiet?: boolean
  /** What other processes and threads have to do with its tuning. */
  readonly sharedTuning?: Pick<TunerOptions, 'onTuned' | 'tuned' | 'isTunedElsewhere'>
  /** Told of each stage as it begins. */
  readonly onStage?: (stage: LoadStage) => void
  readonly log: RuntimeLog
}

/** Does what is asked for in its turn. */
export type TimeAlone = <Time>(time: () => Promise<Time>) => Promise<Time>

/**
 * From a resolved model to one that is ready to serve: opened, its codec compiled, timed, placed, and proved
 * by its golden requests.
 * @throws ServingError where any of it fails. `threads` are the caller's to close then.
 */
export async function loadModel(options: LoadModelOptions): Promise<LoadedModel> {
  const startedAt = performance.now()
  const mlmodel = await readMlModel(options.source.path, options.prepare?.flavor)
  const bodies = await readBodies(mlmodel)
  options.onStage?.('opening')
  const opening = performance.now()
  // Compiled in this thread while the engine is loaded in another.
  const [place, { compileScoringCodec }] = await Promise.all([openModel(mlmodel, options), importCompiler()])
  const engineMs = performance.now() - opening
  try {
    await letOthersGo(options)
    const { inputs, outputs } = place.candidate
    const scoring = compileScoringCodec({
      ...{ signature: mlmodel.signature, inputs, outputs },
      ...scoringHabits(mlmodel),
    })
    options.onStage?.('timing')
    const { measured } = options
    const rowMs = measured ? measured.rowMs : await timeRow(place.candidate, scoring, bodies, options)
    const placed = await place.settle(rowMs)
    await letOthersGo(options)
    options.onStage?.('proving')
    const proved = { predictor: placed.predictor, scoring }
    const goldenRequests = measured ? 0 : await prove(proved, bodies, options)
    const admission = new Admission(options.limits)
    const batcher = new DynamicBatcher(placed.predictor, {
      placement: placed.placement,
      ...(placed.overflow === undefined ? {} : { overflow: placed.overflow }),
      ...(rowMs === undefined ? {} : { rowMs }),
    })
    const tuner = new Tuner({
      name: options.name,
      model: place.model,
      placement: placed.placement,
      batching: options.batching,
      batcher,
      engine: placed.predictor,
      everywhere: (inputs) => placed.everywhere(inputs),
      samples: bodies.example === undefined ? bodies.golden : [bodies.example, ...bodies.golden],
      scoring,
      rowMs,
      underWay: () => admission.requests,
      ...(options.quiet === true && {
        quiet: placed.placement === 'inline' ? 'in the serving thread' : 'in other threads',
      }),
      log: options.log,
      ...options.sharedTuning,
    })
    placed.onRoom(() => batcher.roomChanged())
    batcher.onDisproved = ({ message }) => tuner.disprove(message)
    options.onStage?.('tuning')
    // It runs on after the model is ready, and never rejects.
    const tuned = tuner.run()
    return new LoadedModel({
      source: options.source,
      name: options.name,
      ...(options.version === undefined ? {} : { version: options.version }),
      mlmodel: place.model,
      placed,
      batcher,
      tuner,
      tuned,
      scoring,
      goldenRequests,
      admission,
      loadTimes: { total: performance.now() - startedAt, engine: engineMs, batch1: rowMs },
    })
  } catch (error) {
    await place.close()
    throw error
  }
}

/** Each step of a load takes a millisecond or two: together they would be felt by those who are served in this thread. */
async function letOthersGo({ beside = false }: LoadModelOptions): Promise<void> {
  if (beside) await setImmediate()
}

function importCompiler() {
  return import('../../protocols/mlflow-scoring/compile-scoring-codec.ts')
}

/** The requests that a model brings along. */
interface ModelBodies {
  readonly golden: readonly GoldenRequest[]
  readonly example: SampleBody | undefined
}

async function readBodies(mlmodel: MlModel): Promise<ModelBodies> {
  const [golden, example] = await Promise.all([
    readGoldenFile(mlmodel.directory),
    readServingExample(mlmodel),
  ])
  // The example first: where time is short, it is what the model's maker chose.
  return { golden: example?.golden ? [example.golden, ...golden] : golden, example: example?.body }
}

async function openModel(mlmodel: MlModel, options: LoadModelOptions): Promise<ModelPlacement> {
  const {
    placement,
    threads,
    startOverflow,
    leaveThreads,
    planFor,
    flavorTable,
    beside = false,
    log,
  } = options
  const flavor = await loadFlavor(mlmodel, flavorTable)
  const model = await flavor.prepare(mlmodel, options.prepare)
  return ModelPlacement.open({
    model,
    flavor,
    choice: placement,
    plan: planFor(model.traits.weightBytes),
    threads,
    beside,
    log,
    ...(startOverflow && { startOverflow }),
    ...(leaveThreads && { leaveThreads }),
    ...(flavorTable && { flavorTable }),
  })
}

async function timeRow(
  predictor: Predictor,
  scoring: ScoringCodec,
  { golden, example }: ModelBodies,
  { runTimeoutMs, timeAlone = (time) => time() }: LoadModelOptions,
): Promise<number | undefined> {
  const bodies = example === undefined ? golden : [...golden, example]
  const row = await oneRow(bodies, scoring, predictor)
  if (row === undefined) return undefined
  try {
    return await timeAlone(() =>
      medianRunMs(predictor, row, {
        deadline: performance.now() + runTimeoutMs,
        thresholdMs: INLINE_BELOW_MS,
      }),
    )
  } catch (error) {
    // Zeros need not be valid input, nor need an example; a run without end is another matter.
    if (error instanceof ServingError && error.code === 'BAD_REQUEST') return undefined
    throw error
  }
}

/** @returns how many golden requests were answered as recorded. */
async function prove(
  model: ProvedModel,
  { golden, example }: ModelBodies,
  { name, runTimeoutMs, log }: LoadModelOptions,
): Promise<number> {
  const deadline = performance.now() + runTimeoutMs
  if (golden.length > 0) return await proveGoldenRequests(model, golden, deadline)
  if (example === undefined) return 0
  try {
    await answer(model, example, deadline)
  } catch (error) {
    log.warn({ model: name, reason: messageOf(error) }, 'The model does not answer its own input example')
  }
  return 0
}
