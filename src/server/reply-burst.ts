/** An answer that is ready to be written. */
export interface ReadyReply {
  write(): void
}

/** About half a millisecond. */
const MOST_AT_ONCE = 16

/**
 * Writes the replies that became ready in one turn of the event loop together, at its end. A write wakes a
 * client that sleeps, which takes the system longer than the rest of a small request; in a burst only the
 * first one does (docs/decisions/0010-replies-in-bursts.md has the figures).
 */
export class ReplyBurst {
  readonly #onPause: () => void
  #filling: ReadyReply[] = []

  /** @param onPause called now and then in a long burst; what it settles goes on before more is written. */
  constructor(onPause: () => void) {
    this.#onPause = onPause
  }

  add(reply: ReadyReply): void {
    if (this.#filling.length === 0 || this.#filling.length === MOST_AT_ONCE) this.#begin()
    this.#filling.push(reply)
  }

  /** Promises go on between one immediate and the next, but not within one. */
  #begin(): void {
    const replies: ReadyReply[] = []
    this.#filling = replies
    setImmediate(() => this.#write(replies))
  }

  #write(replies: readonly ReadyReply[]): void {
    if (this.#filling === replies) this.#filling = []
    for (const reply of replies) reply.write()
    if (replies.length === MOST_AT_ONCE) this.#onPause()
  }
}
