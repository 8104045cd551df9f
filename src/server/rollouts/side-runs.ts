import { performance } from 'node:perf_hooks'
import { deadlineExceeded, isRefusal } from '../../core/errors.ts'
import type { InferenceRequest } from '../../core/inference.ts'
import type { Tensor, TensorMap } from '../../core/tensor.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import { Cancellation } from '../cancellation.ts'
import type { InferencePlane } from '../server-options.ts'

/** A request that more models than the one that answers it may be asked. */
export interface RequestSource {
  /** What it keeps in memory. */
  readonly bytes: number
  /** As a model takes it: as it was read, or read again where the model's tensors are others. @throws ServingError */
  requestFor(model: ServedModel): InferenceRequest | Promise<InferenceRequest>
}

export interface SideRun {
  readonly model: ServedModel
  readonly source: RequestSource
  /** Told once. Must not throw. */
  ended(result: SideResult): void
}

export type SideResult =
  | {
      readonly kind: 'answered'
      /** As the model was asked: a copy. */
      readonly request: InferenceRequest
      readonly outputs: TensorMap
      readonly milliseconds: number
    }
  | { readonly kind: 'failed'; readonly error: unknown; readonly milliseconds: number }
  /** It was not run: there was no room, or the server had other things to do. */
  | { readonly kind: 'dropped' }

export interface SideRunsInit {
  readonly dataPlane: InferencePlane
  /** Under way and waiting together. */
  readonly most: number
  readonly deadlineMs: number
  /** A run that had to wait longer for its turn finds a busy server, and is dropped. */
  readonly mostLagMs: number
}

/** Of one request: to copy more would be felt. And of all that wait or are under way, which nobody else counts. */
const LARGEST_BYTES = 8 * 1024 * 1024
const MOST_BYTES = 4 * LARGEST_BYTES

interface Waiting {
  readonly run: SideRun
  readonly offeredAt: number
}

/**
 * Runs models for requests that are answered already. None begins before the answers of its turn of the event loop are written,
 * and one a turn at most, so that requests come first; what hangs is given up by its deadline.
 */
export class SideRuns {
  readonly #init: SideRunsInit
  readonly #waiting: Waiting[] = []
  /** Runs that were given up and have not ended, of each model that has any. */
  readonly #givenUp = new WeakMap<ServedModel['admission'], number>()
  #underWay = 0
  #heldBytes = 0
  #isScheduled = false

  constructor(init: SideRunsInit) {
    this.#init = init
  }

  offer(run: SideRun): void {
    if (!this.#hasRoom(run)) {
      run.ended({ kind: 'dropped' })
      return
    }
    this.#heldBytes += run.source.bytes
    this.#waiting.push({ run, offeredAt: performance.now() })
    this.#schedule()
  }

  /** What was given up and still has its model counts as well, against that model alone. */
  #hasRoom({ model, source: { bytes } }: SideRun): boolean {
    const requests = this.#waiting.length + this.#underWay + (this.#givenUp.get(model.admission) ?? 0)
    return requests < this.#init.most && bytes <= LARGEST_BYTES && this.#heldBytes + bytes <= MOST_BYTES
  }

  /** The replies of this turn are written by its immediates; the second one comes a turn later. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => setImmediate(() => this.#next()))
  }

  #next(): void {
    this.#isScheduled = false
    const next = this.#waiting.shift()
    if (next === undefined) return
    if (this.#waiting.length > 0) {
      this.#isScheduled = true
      setImmediate(() => this.#next())
    }
    const lagMs = performance.now() - next.offeredAt
    if (lagMs > this.#init.mostLagMs) this.#end(next.run, { kind: 'dropped' })
    else void this.#begin(next.run)
  }

  /** Never rejects. The model is not ended meanwhile. */
  async #begin(run: SideRun): Promise<void> {
    const { admission } = run.model
    this.#underWay += 1
    admission.hold()
    const result = await this.#result(run)
    admission.release()
    this.#underWay -= 1
    this.#end(run, result)
  }

  #end(run: SideRun, result: SideResult): void {
    this.#heldBytes -= run.source.bytes
    run.ended(result)
  }

  async #result(run: SideRun): Promise<SideResult> {
    const startedAt = performance.now()
    const signal = new Cancellation()
    let timer: NodeJS.Timeout | undefined
    try {
      const running = this.#run(run, signal)
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          void this.#giveUp(run.model, running)
          signal.abort()
          reject(deadlineExceeded('The copy of a request was not answered in time'))
        }, this.#init.deadlineMs).unref()
      })
      const answer = await Promise.race([running, late])
      const milliseconds = performance.now() - startedAt
      return { kind: 'answered', ...answer, milliseconds }
    } catch (error) {
      if (isRefusal(error)) return { kind: 'dropped' }
      return { kind: 'failed', error, milliseconds: performance.now() - startedAt }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Never rejects. */
  async #giveUp({ admission }: ServedModel, running: Promise<unknown>): Promise<void> {
    this.#givenUp.set(admission, (this.#givenUp.get(admission) ?? 0) + 1)
    await running.catch(() => {})
    const left = (this.#givenUp.get(admission) ?? 1) - 1
    if (left > 0) this.#givenUp.set(admission, left)
    else this.#givenUp.delete(admission)
  }

  async #run({ model, source }: SideRun, signal: Cancellation) {
    const { parameters, inputs } = await source.requestFor(model)
    const request = { inputs: copied(inputs), parameters }
    const { outputs } = await this.#init.dataPlane.infer(model, request, { signal })
    return { request, outputs }
  }
}

/** Inputs may be views of a body, whose memory is not this request's any more. */
function copied(inputs: TensorMap): TensorMap {
  return new Map(
    Array.from(inputs, ([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() } as Tensor]),
  )
}
