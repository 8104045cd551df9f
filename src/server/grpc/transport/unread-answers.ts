/** A call that is answered, and whose client has not taken all of that yet. */
interface AnsweredCall {
  abandon(): void
}

/**
 * Gives up small answers that nobody takes. One timer for all of them, so that an answer which is taken at once costs
 * next to nothing.
 */
export class UnreadAnswers {
  readonly #patienceMs: number
  #young = new Set<AnsweredCall>()
  /** Those that were there already when it was looked the last time. */
  #old = new Set<AnsweredCall>()
  #timer: NodeJS.Timeout | undefined

  /** @param patienceMs how long an answer waits for its client at least; twice that at most. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs
  }

  add(call: AnsweredCall): void {
    this.#young.add(call)
    this.#timer ??= setInterval(() => this.#look(), this.#patienceMs).unref()
  }

  delete(call: AnsweredCall): void {
    if (!this.#young.delete(call)) this.#old.delete(call)
  }

  #look(): void {
    const late = this.#old
    this.#old = this.#young
    this.#young = new Set()
    for (const call of late) call.abandon()
    if (this.#old.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
