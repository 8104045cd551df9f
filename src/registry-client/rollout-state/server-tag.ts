import type { MlflowServer } from '../../client/mlflow-server.ts'
import type { ServerPlace } from '../registry-place.ts'
import { type WatchLog, watchRegistry } from '../watch/registry-watch.ts'
import { type Choose, type StateCell, updateByRereading } from './state-cell.ts'
import { type StateTag, tagTitle, tagValue, WATCH_MS } from './state-tag.ts'

/** A tag of a registered model behind an MLflow server, which has neither transactions nor conditional requests. */
export class ServerTag implements StateCell {
  readonly title: string
  readonly #place: ServerPlace
  readonly #server: MlflowServer
  readonly #tag: StateTag
  readonly #log: WatchLog

  /** @param server closed with this */
  constructor(init: { readonly place: ServerPlace; server: MlflowServer; tag: StateTag; log: WatchLog }) {
    this.#place = init.place
    this.#server = init.server
    this.#tag = init.tag
    this.#log = init.log
    this.title = tagTitle(init.tag, init.place.publicUri)
  }

  async read(): Promise<string | undefined> {
    const { tags } = await this.#server.registry.getRegisteredModel(this.#tag.model)
    return tagValue(tags, this.#tag)
  }

  async write(value: string): Promise<void> {
    const { model: name, key } = this.#tag
    await this.#server.registry.setRegisteredModelTag({ name, key, value })
  }

  update(choose: Choose): Promise<string | undefined> {
    return updateByRereading(this, choose)
  }

  watch(onChange: () => Promise<void>): { close(): void } {
    return watchRegistry(this.#place, { intervalMs: WATCH_MS, onChange, log: this.#log })
  }

  close(): Promise<void> {
    return this.#server.close()
  }
}
