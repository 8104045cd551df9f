/** A server keeps what was prepared as long as the connection lives. */
const MOST_NAMES = 300
/** Texts seen once are remembered for so many others. */
const MOST_CANDIDATES = 300

/**
 * Which texts are worth preparing: those that come again. Texts of searches vary, and each statement that is prepared
 * costs the server memory on each connection, so their number is bounded.
 */
export class PreparedNames {
  readonly #names = new Map<string, string>()
  readonly #seenOnce = new Set<string>()

  /** @returns the name under which a text is prepared, undefined where it is not */
  nameOf(text: string): string | undefined {
    const name = this.#names.get(text)
    if (name !== undefined || this.#names.size >= MOST_NAMES) return name
    if (this.#seenOnce.delete(text)) {
      const given = `headrace_${this.#names.size + 1}`
      this.#names.set(text, given)
      return given
    }
    if (this.#seenOnce.size >= MOST_CANDIDATES) this.#seenOnce.clear()
    this.#seenOnce.add(text)
    return undefined
  }
}
