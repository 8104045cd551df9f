/** One of those that go one after the other. */
export interface Turn {
  /** Settles when all that asked before are over. Never rejects. */
  readonly begun: Promise<void>
  /** Lets the next one begin, once this one could. To be called in any case. */
  end(): void
}

/** Lets one go at a time, in the order in which they asked. */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  ask(): Turn {
    const begun = this.#last
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    this.#last = begun.then(() => over)
    return { begun, end }
  }
}
