/** A call that can wait in a queue. What is not readonly is the queue's to write. */
export interface QueuedCall<Call extends QueuedCall<Call>> {
  readonly rowsLeft: number
  /** Rows that runs have been given. */
  taken: number
  /** Where it waits, and its neighbours there. */
  queue: CallQueue<Call> | undefined
  previous: Call | undefined
  next: Call | undefined
}

/** Calls that wait, first come first served. A linked list: a call leaves from any place, and nothing is copied. */
export class CallQueue<Call extends QueuedCall<Call>> {
  #head: Call | undefined
  #tail: Call | undefined
  #rows = 0

  /** The one that has waited longest. */
  get head(): Call | undefined {
    return this.#head
  }

  /** Rows of all of them that no run has yet. */
  get rows(): number {
    return this.#rows
  }

  push(call: Call): void {
    call.queue = this
    call.previous = this.#tail
    call.next = undefined
    if (this.#tail === undefined) this.#head = call
    else this.#tail.next = call
    this.#tail = call
    this.#rows += call.rowsLeft
  }

  remove(call: Call): void {
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
  list(): Call[] {
    const calls: Call[] = []
    for (let call = this.#head; call !== undefined; call = call.next) calls.push(call)
    return calls
  }
}
