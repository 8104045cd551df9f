import type { Predictor, TensorMetadata } from '../core/predictor.ts'
import type { TensorMap } from '../core/tensor.ts'
import type { Flavor, ModelTraits, PreparedModel } from '../flavors/flavor.ts'
import type { BodyScorer } from './body-scorer.ts'
import type { ThreadPlan } from './cores.ts'
import { OverflowPool } from './overflow-pool.ts'
import type { WorkerModel } from './pool/worker-messages.ts'
import { WorkerPool } from './pool/worker-pool.ts'
import type { WorkerThreads } from './pool/worker-threads.ts'
import type { RuntimeLog } from './runtime-log.ts'
import type { Placement, PoolStats } from './served-model.ts'

/** `auto` measures; the others force. */
export type PlacementChoice = 'auto' | Placement

export interface PlacementOptions {
  readonly model: PreparedModel
  readonly flavor: Flavor
  readonly choice: PlacementChoice
  readonly plan: ThreadPlan
  /** Started ahead; absent where the model is to be inline for certain. */
  readonly threads: WorkerThreads | undefined
  /** Starts a thread for requests that would block the serving thread, should the model be placed inline. */
  readonly startOverflow?: () => Promise<WorkerThreads>
  /** Takes the threads back from a model that has left them; they are ended unless set. */
  readonly leaveThreads?: (threads: WorkerThreads) => Promise<void>
  readonly flavorTable?: string
  /** Others are served meanwhile: one thread after the other opens the model, and leaves them the other cores. */
  readonly beside?: boolean
  readonly log: RuntimeLog
}

/** Where a model ended up. */
export interface PlacedModel {
  readonly placement: Placement
  readonly predictor: Predictor
  /** Inline, unless that was forced: opens a thread for requests that would block the serving thread. */
  readonly overflow?: () => Promise<Predictor>
  /** The pool's counters; undefined inline, as long as there are no threads to count. */
  poolStats(): PoolStats | undefined
  /** Scores large bodies in the model's threads; undefined as long as it has none and can have none. */
  readonly bodies: BodyScorer | undefined
  /** Runs `inputs` once in every thread that has the model, so that all of them are warm. @throws ServingError */
  everywhere(inputs: TensorMap): Promise<void>
  /** Calls `listener` where the predictor may have room for more calls than before. */
  onRoom(listener: () => void): void
  /** Takes what threads have answered, in the midst of a turn of the event loop. */
  receive(): void
  /** Answers what is in threads with an error. Inline there is nothing to give up: a run is over before anyone asks. */
  abandon(): void
  /** Frees what it has beside its predictor. */
  close(): Promise<void>
}

/** A run of one row under this is not worth the hop to another thread. */
export const INLINE_BELOW_MS = 0.5

/**
 * The way of one model to its place. It is opened where it does no harm: in one worker, unless inline is
 * forced. Once a row has been timed there it stays, and gets the rest of its workers, or moves into the
 * calling thread.
 */
export class ModelPlacement {
  readonly #options: PlacementOptions
  readonly #pool: WorkerPool | undefined
  #engine: Predictor | undefined

  /** @throws ServingError where the model cannot be opened. */
  static async open(options: PlacementOptions): Promise<ModelPlacement> {
    const { threads, model, log } = options
    if (threads !== undefined) return new ModelPlacement(options, await openPool(threads, options), undefined)
    if (model.traits.unboundedRun) {
      log.warn(
        {},
        'The model may run without end, and inline nothing can end a run but a kill of the process',
      )
    }
    return new ModelPlacement(options, undefined, await openInline(options))
  }

  private constructor(
    options: PlacementOptions,
    pool: WorkerPool | undefined,
    engine: Predictor | undefined,
  ) {
    this.#options = options
    this.#pool = pool
    this.#engine = engine
  }

  get model(): PreparedModel {
    return this.#options.model
  }

  /** The model where it is for now: to be asked for its inputs and to be timed. */
  get candidate(): Predictor {
    return (this.#pool ?? this.#engine)!
  }

  /** @param rowMs the median time of a run of one row, where it could be measured. */
  async settle(rowMs: number | undefined): Promise<PlacedModel> {
    if (this.#pool === undefined) {
      return placedInline(this.#engine!, this.#options.choice === 'auto' ? this.#overflow() : undefined)
    }
    if (!isLight(this.#options, this.#pool, rowMs)) {
      await this.#grow(this.#pool)
      return placedInPool(this.#pool)
    }
    this.#engine = await openInline(this.#options)
    // Ending threads takes a while; nothing depends on it.
    this.#pool.close(this.#options.leaveThreads).catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'The thread that timed a model could not be ended')
    })
    return placedInline(this.#engine, this.#overflow())
  }

  async #grow(pool: WorkerPool): Promise<void> {
    const { beside, plan } = this.#options
    for (let count = beside ? 2 : plan.workers; count <= plan.workers; count += 1) await pool.grow(count)
  }

  #overflow(): OverflowPool | undefined {
    const { startOverflow: startThreads, log } = this.#options
    if (startThreads === undefined) return undefined
    const model = { ...pooledModel(this.#options), intraOpThreads: 1 }
    return new OverflowPool({ model, startThreads, log })
  }

  /** Frees the model wherever it is. */
  async close(): Promise<void> {
    await Promise.all([this.#pool?.close(), this.#engine?.close()])
  }
}

function isLight(
  { choice, model: { traits } }: PlacementOptions,
  { inputs, batchable }: Predictor,
  rowMs: number | undefined,
): boolean {
  if (!mayMove(choice, traits) || rowMs === undefined || rowMs >= INLINE_BELOW_MS) return false
  return inputs.every((input) => isBounded(input, batchable))
}

/** What was timed holds for every request: they are of one size, or can be cut into rows of one size. */
function isBounded({ shape, unranked }: TensorMetadata, batchable: boolean): boolean {
  return unranked !== true && shape.slice(batchable ? 1 : 0).every((dim) => dim >= 0)
}

/** Whether a model that turns out to be light leaves its thread. */
function mayMove(choice: PlacementChoice, { unboundedRun, keepsMemory }: ModelTraits): boolean {
  return choice === 'auto' && !unboundedRun && keepsMemory !== true
}

function openInline({ flavor, model }: PlacementOptions): Promise<Predictor> {
  return flavor.load(model, { intraOpThreads: 1 })
}

function openPool(threads: WorkerThreads, options: PlacementOptions): Promise<WorkerPool> {
  const { model, choice, plan, beside } = options
  const isFirstOfMany = beside === true || mayMove(choice, model.traits)
  return WorkerPool.open(threads, pooledModel(options), isFirstOfMany ? 1 : plan.workers)
}

function pooledModel({ model, plan, flavorTable }: PlacementOptions): WorkerModel {
  return {
    mlmodel: model,
    intraOpThreads: plan.intraOpThreads,
    ...(flavorTable === undefined ? {} : { flavorTable }),
  }
}

/** A model in the calling thread. */
export function placedInline(engine: Predictor, overflow?: OverflowPool): PlacedModel {
  return {
    placement: 'inline',
    predictor: engine,
    get bodies() {
      return overflow?.available ? overflow : undefined
    },
    everywhere: async (inputs) => void (await engine.predict(inputs)),
    poolStats: () => overflow?.stats,
    // One thread, always.
    onRoom: () => {},
    receive: () => {},
    abandon: () => overflow?.abandon(),
    close: async () => overflow?.close(),
    ...(overflow === undefined ? {} : { overflow: () => overflow.open() }),
  }
}

/** A model in threads of its own. */
export function placedInPool(pool: WorkerPool): PlacedModel {
  return {
    placement: 'pool',
    predictor: pool,
    bodies: pool,
    everywhere: (inputs) => pool.everywhere(inputs),
    poolStats: () => pool.stats,
    onRoom: (listener) => {
      pool.onRoom = listener
    },
    receive: () => pool.receive(),
    abandon: () => pool.abandon(),
    close: () => pool.close(),
  }
}
