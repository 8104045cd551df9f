import type { PoolCall, PoolThread } from './pool-call.ts'

/** Calls that no worker has yet, in the order in which they came. */
export class CallQueue {
  readonly #calls: PoolCall[] = []
  /** Calls for one thread each. */
  readonly #pinned: PoolCall[] = []

  get size(): number {
    return this.#calls.length + this.#pinned.length
  }

  add(call: PoolCall): void {
    this.#listOf(call).push(call)
  }

  /** For a call that has waited before. */
  addFirst(call: PoolCall): void {
    this.#listOf(call).unshift(call)
  }

  delete(call: PoolCall): void {
    const list = this.#listOf(call)
    const at = list.indexOf(call)
    if (at >= 0) list.splice(at, 1)
  }

  /** Takes the next call that any thread may have. */
  take(): PoolCall | undefined {
    return this.#calls.shift()
  }

  /** Takes the next call that only `thread` may have. */
  takeFor(thread: PoolThread): PoolCall | undefined {
    if (this.#pinned.length === 0) return undefined
    const at = this.#pinned.findIndex(({ pinnedTo }) => pinnedTo === thread)
    return at < 0 ? undefined : this.#pinned.splice(at, 1)[0]
  }

  /** Takes all of them. */
  clear(): PoolCall[] {
    return [...this.#calls.splice(0), ...this.#pinned.splice(0)]
  }

  /** Takes those that only `thread` may have. */
  clearFor(thread: PoolThread): PoolCall[] {
    const calls: PoolCall[] = []
    for (let call = this.takeFor(thread); call !== undefined; call = this.takeFor(thread)) calls.push(call)
    return calls
  }

  #listOf({ pinnedTo }: PoolCall): PoolCall[] {
    return pinnedTo === undefined ? this.#calls : this.#pinned
  }
}
