import type { MlflowServer } from '../../client/mlflow-server.ts'
import { type Choose, type StateCell, updateByRereading } from './state-cell.ts'
import type { StateTag } from './state-tag.ts'

/** A tag of a registered model behind an MLflow server, which has neither transactions nor conditional requests. */
export class ServerTag implements StateCell {
  readonly title: string
  readonly #tag: StateTag
  readonly #server: MlflowServer

  /** @param server closed with this */
  constructor(tag: StateTag, server: MlflowServer) {
    this.title = tag.title
    this.#tag = tag
    this.#server = server
  }

  async read(): Promise<string | undefined> {
    const { tags } = await this.#server.registry.getRegisteredModel(this.#tag.model)
    return this.#tag.valueIn(tags)
  }

  async write(value: string): Promise<void> {
    const { model: name, key } = this.#tag
    await this.#server.registry.setRegisteredModelTag({ name, key, value })
  }

  update(choose: Choose): Promise<string | undefined> {
    return updateByRereading(this, choose)
  }

  watch(onChange: () => Promise<void>): { close(): void } {
    return this.#tag.watch(onChange)
  }

  close(): Promise<void> {
    return this.#server.close()
  }
}
