import { areAlike, consistsOfRows } from './alike-calls.ts'
import type { BatchCall } from './batch-call.ts'
import { BatchPart } from './batch-part.ts'
import type { BatchPlan } from './batch-plan.ts'
import type { BatchSizes } from './batch-sizes.ts'
import { CallQueue } from './call-queue.ts'

/** How the calls that wait are put together. */
export interface Grouping extends Pick<BatchPlan, 'joining' | 'mostRowsFor'> {
  readonly sizes: BatchSizes
}

/** Buckets that a new call is compared with. One bucket too many costs a smaller batch, a long search everyone. */
const MOST_COMPARED = 8

/**
 * The calls that no run has yet: in a bucket with those that they may share a run with, or in a queue of those that
 * run alone. Whichever has the call that waits longest is served next; a bucket without calls is gone.
 */
export class WaitingCalls {
  readonly #alone = new CallQueue<BatchCall>()
  readonly #buckets: CallQueue<BatchCall>[] = []
  #grouping: Grouping | undefined
  #lastOrder = 0

  get grouping(): Grouping | undefined {
    return this.#grouping
  }

  get empty(): boolean {
    return this.#buckets.length === 0 && this.#alone.head === undefined
  }

  get rows(): number {
    let rows = this.#alone.rows
    for (const bucket of this.#buckets) rows += bucket.rows
    return rows
  }

  add(call: BatchCall): void {
    call.order = ++this.#lastOrder
    this.#queueFor(call).push(call)
  }

  /** Whether a call has no rows that could be told from those of others, or may not. */
  runsAlone(call: BatchCall): boolean {
    return this.#grouping === undefined || !consistsOfRows(call.inputs, call.rows)
  }

  /** Takes a call out that waits; its bucket goes with the last one. */
  remove(call: BatchCall): void {
    const queue = call.queue!
    queue.remove(call)
    this.#dropIfEmpty(queue)
  }

  /** From now on calls are put together by `grouping`, those that wait as well; alone without one. */
  regroup(grouping: Grouping | undefined): void {
    const calls = this.list().sort((a, b) => a.order - b.order)
    for (const call of calls) this.remove(call)
    this.#grouping = grouping
    for (const call of calls) this.#queueFor(call).push(call)
  }

  /** All of them, in no order. */
  list(): BatchCall[] {
    return [this.#alone, ...this.#buckets].flatMap((queue) => queue.list())
  }

  /** The rows of the next run, of which each free place is to get `share`. At least one call waits. */
  take(share: number): BatchPart[] {
    const queue = this.#oldest()
    const size = queue === this.#alone ? 0 : this.#sizeFor(queue, share)
    // What no size is small enough for runs as it came.
    const parts = size === 0 ? [takeRows(queue, queue.head!.rowsLeft)] : this.#fill(queue, size)
    this.#dropIfEmpty(queue)
    return parts
  }

  #sizeFor({ rows, head }: CallQueue<BatchCall>, share: number): number {
    const { sizes, mostRowsFor } = this.#grouping!
    return sizes.choose(mostRowsFor === undefined ? rows : Math.min(rows, mostRowsFor(head!.inputs)), share)
  }

  #fill(queue: CallQueue<BatchCall>, size: number): BatchPart[] {
    const parts: BatchPart[] = []
    for (let left = size; left > 0; ) {
      const call = queue.head!
      const part = takeRows(queue, Math.min(left, call.rowsLeft))
      parts.push(part)
      left -= part.rows
      if (call.rowsLeft > 0 && call.rows > this.#grouping!.sizes.largest) this.#sendBack(queue, call)
    }
    return parts
  }

  /** A large call takes its turn with all others. */
  #sendBack(queue: CallQueue<BatchCall>, call: BatchCall): void {
    queue.remove(call)
    call.order = ++this.#lastOrder
    queue.push(call)
  }

  #queueFor(call: BatchCall): CallQueue<BatchCall> {
    if (this.runsAlone(call)) return this.#alone
    const { joining } = this.#grouping!
    const last = this.#buckets.length - 1
    for (let at = last; at >= 0 && at > last - MOST_COMPARED; at--) {
      const bucket = this.#buckets[at]!
      if (areAlike(bucket.head!, call, joining)) return bucket
    }
    const bucket = new CallQueue<BatchCall>()
    this.#buckets.push(bucket)
    return bucket
  }

  #oldest(): CallQueue<BatchCall> {
    let oldest = this.#alone
    for (const bucket of this.#buckets) {
      if (oldest.head === undefined || bucket.head!.order < oldest.head.order) oldest = bucket
    }
    return oldest
  }

  #dropIfEmpty(queue: CallQueue<BatchCall>): void {
    if (queue.head !== undefined || queue === this.#alone) return
    const at = this.#buckets.indexOf(queue)
    if (at >= 0) this.#buckets.splice(at, 1)
  }
}

function takeRows(queue: CallQueue<BatchCall>, count: number): BatchPart {
  const call = queue.head!
  const from = queue.takeRows(count)
  return new BatchPart(call, from, from + count)
}
