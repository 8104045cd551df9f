/** Takes the body of a request as it comes. */
export interface BodySink {
  take(chunk: Buffer): void
  /** All of it has come. */
  end(): void
  /** No more of it comes: the client has left, or been answered before its end. May be called after the end too. */
  fail(): void
}

/** Told once that nothing more can be written for a request. */
export interface ChannelWatcher {
  /** @param status of the answer that has gone out, by whoever; undefined where none did. */
  closed(status: number | undefined): void
}

/** The way back to the client of one request, and the rest of its body; whatever reads the connection gives one. */
export interface ReplyChannel {
  /** Once, before anything else. */
  watch(watcher: ChannelWatcher): void
  /**
   * Writes a whole answer, and reads and forgets what is left of the request's body. Never throws.
   * @param headers names and values in turn, with the length of the body
   * @param bytes of the body
   */
  write(status: number, headers: string[], body: string | Uint8Array, bytes: number): void
  /**
   * Writes the answer to a request whose body is not wanted, then reads some of the rest and throws it away: closing at
   * once would reset the connection, and a client that is still sending would never read the answer.
   * @param headers as for `write`, saying that the connection ends
   */
  refuse(status: number, headers: string[], body: string): void
  /** Tells a client that waits for it to send the body (`100 Continue`). */
  proceed(): void
  /** Hands the body on. @returns what stops that. */
  receive(sink: BodySink): () => void
  /** Requests may be on their way behind the one that is answered: its client does not wait for answers. */
  readonly isFollowed: boolean
  /** The connection ends with the answer, where that is not written yet. */
  endConnection(): void
}
