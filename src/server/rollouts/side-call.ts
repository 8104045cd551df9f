import { performance } from 'node:perf_hooks'
import { deadlineExceeded, isRefusal } from '../../core/errors.ts'
import type { InferenceRequest } from '../../core/inference.ts'
import type { Tensor, TensorMap } from '../../core/tensor.ts'
import type { PlacedItem } from '../../core/unordered-items.ts'
import type { InferenceCaller, InferOptions } from '../../runtime/data-plane.ts'
import { Cancellation } from '../cancellation.ts'
import type { InferencePlane } from '../server-options.ts'
import { DROPPED, type SideResult, type SideRun, TOO_LARGE, TOO_LARGE_AGAIN } from './side-run.ts'

export interface SideCallKeeper {
  /** Told once: it has ended, or was given up. */
  settled(call: SideCall, result: SideResult): void
  /** Its model has let go of what was given up. */
  released(call: SideCall): void
}

/**
 * A run on its way, from its offer to its end. It is its own options, without a promise and a timer: what a copy leaves to the
 * garbage collector, the answers of others wait for.
 */
export class SideCall implements InferenceCaller, InferOptions, PlacedItem {
  place = -1
  readonly run: SideRun
  readonly signal = new Cancellation()
  readonly offeredAt = performance.now()
  /** Infinity before. */
  begunAt = Number.POSITIVE_INFINITY
  readonly #keeper: SideCallKeeper
  #request: InferenceRequest | undefined
  #isGivenUp = false

  constructor(run: SideRun, keeper: SideCallKeeper) {
    this.run = run
    this.#keeper = keeper
  }

  /** Never throws. */
  begin(dataPlane: InferencePlane): void {
    const { model, source } = this.run
    this.begunAt = performance.now()
    try {
      const read = source.requestFor(model)
      if (read instanceof Promise) {
        read.then((request) => this.#submit(dataPlane, request)).catch((error: unknown) => this.failed(error))
      } else {
        this.#submit(dataPlane, read)
      }
    } catch (error) {
      this.failed(error)
    }
  }

  inferred(outputs: TensorMap): void {
    if (this.#isGivenUp) this.#keeper.released(this)
    else {
      const milliseconds = performance.now() - this.begunAt
      this.#keeper.settled(this, { kind: 'answered', request: this.#request!, outputs, milliseconds })
    }
  }

  failed(error: unknown): void {
    if (this.#isGivenUp) this.#keeper.released(this)
    else this.#keeper.settled(this, refusalOf(error) ?? this.#failure(error))
  }

  /** It has had its time. */
  giveUp(): void {
    this.#isGivenUp = true
    this.#keeper.settled(
      this,
      this.#failure(deadlineExceeded('The copy of a request was not answered in time')),
    )
    this.signal.abort()
  }

  #failure(error: unknown): SideResult {
    return { kind: 'failed', error, milliseconds: performance.now() - this.begunAt }
  }

  #submit(dataPlane: InferencePlane, { inputs, parameters }: InferenceRequest): void {
    this.#request = { inputs: copied(inputs), parameters }
    dataPlane.submit(this.run.model, this.#request, this, this)
  }
}

function refusalOf(error: unknown): SideResult | undefined {
  if (!isRefusal(error)) return undefined
  return error.details['refused'] === TOO_LARGE_AGAIN ? TOO_LARGE : DROPPED
}

/** Inputs may be views of a body, whose memory is not this request's any more. */
function copied(inputs: TensorMap): TensorMap {
  const copies = new Map<string, Tensor>()
  for (const [name, tensor] of inputs) {
    const { datatype, shape, data } = tensor
    copies.set(name, { datatype, shape, data: data.slice() } as Tensor)
  }
  return copies
}
