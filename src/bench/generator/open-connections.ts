/** Connections of a pool, so many at most. */
export class OpenConnections<Connection> {
  readonly #limit: number
  readonly #open = new Set<Connection>()
  #most = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get isFull(): boolean {
    return this.#open.size >= this.#limit
  }

  /** The most that were open at a time. */
  get most(): number {
    return this.#most
  }

  add(connection: Connection): void {
    this.#open.add(connection)
    this.#most = Math.max(this.#most, this.#open.size)
  }

  delete(connection: Connection): void {
    this.#open.delete(connection)
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#open.values()
  }
}
