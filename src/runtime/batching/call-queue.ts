import type { BatchCall } from './batch-call.ts'

/** Calls that wait, first come first served. A linked list: a call leaves from any place, and nothing is copied. */
export class CallQueue {
  #head: BatchCall | undefined
  #tail: BatchCall | undefined
  #rows = 0

  /** The one that has waited longest. */
  get head(): BatchCall | undefined {
    return this.#head
  }

  /** Rows of all of them that no run has yet. */
  get rows(): number {
    return this.#rows
  }

  push(call: BatchCall): void {
    call.queue = this
    call.previous = this.#tail
    call.next = undefined
    if (this.#tail === undefined) this.#head = call
    else this.#tail.next = call
    this.#tail = call
    this.#rows += call.rowsLeft
  }

  remove(call: BatchCall): void {
    const { previous, next } = call
    if (previous === undefined) this.#head = next
    else previous.next = next
    if (next === undefined) this.#tail = previous
    else next.previous = previous
    call.queue = undefined
    call.previous = undefined
    call.next = undefined
    this.#rows -= call.rowsLeft
  }

  /** Takes `count` of the rows of its head, which leaves when none is left. @returns the first of them. */
  takeRows(count: number): number {
    const call = this.#head!
    const from = call.taken
    if (count === call.rowsLeft) this.remove(call)
    else this.#rows -= count
    call.taken += count
    return from
  }

  /** A copy: calls may leave while it is walked. */
  list(): BatchCall[] {
    const calls: BatchCall[] = []
    for (let call = this.#head; call !== undefined; call = call.next) calls.push(call)
    return calls
  }
}
