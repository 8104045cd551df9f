/** What can be kept in such a collection. */
export interface PlacedItem {
  /** Where it is kept; written by the collection alone, -1 outside of it. */
  place: number
}

/**
 * Items that come and go, in no order. Not a Set: each time that one outgrows or empties its table it leaves the old
 * one behind with all that was in it, linked to the next. Once such a table is old, what it holds survives until
 * the whole heap is collected: nearly every request did, which cost four fifths of the garbage collector's time under load.
 */
export class UnorderedItems<Item extends PlacedItem> {
  readonly #items: (Item | undefined)[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  /** @param item that is in no such collection. */
  add(item: Item): void {
    item.place = this.#size
    this.#items[this.#size] = item
    this.#size += 1
  }

  /** @returns whether it was there. */
  delete(item: Item): boolean {
    const { place } = item
    if (place < 0) return false
    this.#size -= 1
    const last = this.#items[this.#size]!
    last.place = place
    this.#items[place] = last
    this.#items[this.#size] = undefined
    item.place = -1
    return true
  }

  /** One for which `test` holds, if there is any; `test` takes nothing in or out. */
  find(test: (item: Item) => boolean): Item | undefined {
    for (let at = 0; at < this.#size; at++) {
      const item = this.#items[at]!
      if (test(item)) return item
    }
    return undefined
  }

  /** A copy, in no order: items may leave while it is walked. */
  list(): Item[] {
    return this.#items.slice(0, this.#size) as Item[]
  }
}
