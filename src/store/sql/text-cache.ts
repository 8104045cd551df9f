/** What was made for a text of SQL, such as a prepared statement; the texts used last are kept. */
export class TextCache<Made> {
  readonly #limit: number
  /** In the order of use, the latest last. */
  readonly #made = new Map<string, Made>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get(text: string, make: (text: string) => Made): Made {
    let made = this.#made.get(text)
    if (made === undefined) made = make(text)
    else this.#made.delete(text)
    this.#made.set(text, made)
    if (this.#made.size > this.#limit) this.#dropOldest()
    return made
  }

  #dropOldest(): void {
    const { value } = this.#made.keys().next()
    if (value !== undefined) this.#made.delete(value)
  }
}
