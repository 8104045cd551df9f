/** Bodies that were read weigh like this many of the next one in the estimate. */
const SMOOTHING = 1 / 8

/** How many rows a body is likely to hold that nobody has read, by those that were. */
export class BodyRows {
  #bytesPerRow = 0

  /** At least 1; 1 as long as no body was read. */
  of(bytes: number): number {
    return this.#bytesPerRow === 0 ? 1 : Math.max(1, Math.round(bytes / this.#bytesPerRow))
  }

  /** A body of so many bytes had so many rows. */
  learn(bytes: number, rows: number): void {
    const bytesPerRow = bytes / Math.max(1, rows)
    this.#bytesPerRow += (bytesPerRow - this.#bytesPerRow) * (this.#bytesPerRow === 0 ? 1 : SMOOTHING)
  }
}
