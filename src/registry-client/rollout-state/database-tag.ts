import type { Stores } from '../../store/stores.ts'
import type { DatabasePlace } from '../registry-place.ts'
import { type WatchLog, watchRegistry } from '../watch/registry-watch.ts'
import type { Choose, StateCell } from './state-cell.ts'
import { type StateTag, tagTitle, tagValue, WATCH_MS } from './state-tag.ts'

/** A tag of a registered model in a database, changed in transactions. */
export class DatabaseTag implements StateCell {
  readonly title: string
  readonly #place: DatabasePlace
  readonly #stores: Stores
  readonly #tag: StateTag
  readonly #log: WatchLog

  /** @param stores opened to write, and closed with this */
  constructor(init: { readonly place: DatabasePlace; stores: Stores; tag: StateTag; log: WatchLog }) {
    this.#place = init.place
    this.#stores = init.stores
    this.#tag = init.tag
    this.#log = init.log
    this.title = tagTitle(init.tag, init.place.publicUri)
  }

  async read(): Promise<string | undefined> {
    const { tags } = await this.#stores.registry.registeredModels.get(this.#tag.model)
    return tagValue(tags, this.#tag)
  }

  update(choose: Choose): Promise<string | undefined> {
    const { model, key } = this.#tag
    return this.#stores.registry.registeredModels.changeTag(model, key, choose)
  }

  watch(onChange: () => Promise<void>): { close(): void } {
    return watchRegistry(this.#place, { intervalMs: WATCH_MS, onChange, log: this.#log })
  }

  close(): Promise<void> {
    return this.#stores.close()
  }
}
