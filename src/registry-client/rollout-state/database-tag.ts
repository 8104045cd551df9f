import type { Stores } from '../../store/stores.ts'
import type { Choose, StateCell } from './state-cell.ts'
import type { StateTag } from './state-tag.ts'

/** A tag of a registered model in a database, changed in transactions. */
export class DatabaseTag implements StateCell {
  readonly title: string
  readonly #tag: StateTag
  readonly #stores: Stores

  /** @param stores opened to write, and closed with this */
  constructor(tag: StateTag, stores: Stores) {
    this.title = tag.title
    this.#tag = tag
    this.#stores = stores
  }

  async read(): Promise<string | undefined> {
    const { tags } = await this.#stores.registry.registeredModels.get(this.#tag.model)
    return this.#tag.valueIn(tags)
  }

  update(choose: Choose): Promise<string | undefined> {
    const { model, key } = this.#tag
    return this.#stores.registry.registeredModels.changeTag(model, key, choose)
  }

  watch(onChange: () => Promise<void>): { close(): void } {
    return this.#tag.watch(onChange)
  }

  close(): Promise<void> {
    return this.#stores.close()
  }
}
