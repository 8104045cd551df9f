/** A process that served as long has not died of its start, however long that took. */
const SETTLED_MS = 10_000
const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 30_000

/**
 * When a process that died is started again: at once, unless it keeps dying right after its start. Then the
 * delay doubles with each time, since starting is work that the other processes feel.
 */
export class RestartDelay {
  #earlyDeaths = 0

  /** @param servedMs from when it was ready to its end, 0 where it never was. @returns milliseconds to wait. */
  after(servedMs: number): number {
    this.#earlyDeaths = servedMs < SETTLED_MS ? this.#earlyDeaths + 1 : 0
    if (this.#earlyDeaths <= 2) return 0
    return Math.min(FIRST_DELAY_MS * 2 ** (this.#earlyDeaths - 3), MAX_DELAY_MS)
  }
}
