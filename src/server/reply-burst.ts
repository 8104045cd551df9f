/** An answer that is ready to be written. */
export interface ReadyReply {
  write(): void
}

/**
 * Writes the replies that became ready in one turn of the event loop together, at its end. A write wakes a
 * client that sleeps, which takes the system longer than the rest of a small request; in a burst only the
 * first one does (docs/decisions/0010-replies-in-bursts.md has the figures).
 */
export class ReplyBurst {
  #ready: ReadyReply[] = []

  add(reply: ReadyReply): void {
    if (this.#ready.length === 0) setImmediate(() => this.#writeAll())
    this.#ready.push(reply)
  }

  #writeAll(): void {
    const ready = this.#ready
    this.#ready = []
    for (const reply of ready) reply.write()
  }
}
