/** One of those that go one after the other. */
export interface Turn {
  /** Settles when it may begin. Never rejects. */
  readonly begun: Promise<void>
  /** Lets the next one begin, once this one could. To be called in any case. */
  end(): void
}

/** Lets one go at a time, or a few, in the order in which they asked. */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #free: number

  /** @param atOnce how many go at the same time. */
  constructor(atOnce = 1) {
    this.#free = atOnce
  }

  ask(): Turn {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    this.#waiting.push(begin)
    this.#beginNext()
    let hasEnded = false
    const free = (): void => {
      this.#free += 1
      this.#beginNext()
    }
    const end = (): void => {
      if (hasEnded) return
      hasEnded = true
      void begun.then(free)
    }
    return { begun, end }
  }

  #beginNext(): void {
    if (this.#free === 0) return
    const begin = this.#waiting.shift()
    if (begin === undefined) return
    this.#free -= 1
    begin()
  }
}
