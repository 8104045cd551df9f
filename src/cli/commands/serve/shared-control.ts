import type { ModelHistory } from '../../../core/model-history.ts'
import type { RepositoryControl } from '../../../runtime/repository-control.ts'
import type { IndexedModel, LoadRequest, ModelControl } from '../../../server/model-control.ts'
import type { SupervisorLink } from '../../../supervisor/supervisor-link.ts'

/** Control of what all processes of a server have loaded, asked of one of them. */
export class SharedControl implements ModelControl {
  readonly #own: RepositoryControl
  readonly #link: SupervisorLink

  constructor(own: RepositoryControl, link: SupervisorLink) {
    this.#own = own
    this.#link = link
  }

  /** Of this process: the others have the same, or are about to. */
  index(): readonly IndexedModel[] {
    return this.#own.index()
  }

  load(name: string, { uri }: LoadRequest): Promise<void> {
    return this.#link.change({ kind: 'load', name, ...(uri === undefined ? {} : { uri }) })
  }

  rollback(name: string): Promise<void> {
    return this.#link.change({ kind: 'restore', name })
  }

  history(name: string): ModelHistory | undefined {
    return this.#own.history(name)
  }

  unload(name: string): Promise<void> {
    return this.#link.change({ kind: 'unload', name })
  }
}
