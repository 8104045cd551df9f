import type { Tag } from '../../entities/tag.ts'
import type { RegistryPlace } from '../registry-place.ts'
import { type WatchLog, watchRegistry } from '../watch/registry-watch.ts'

/** Between two looks at a registry that does not say when it changes: replicas are to follow each other within 2 s. */
const WATCH_MS = 1000

export interface StateTagInit {
  /** Name of the registered model. */
  readonly model: string
  readonly rollout: string
  /** Where the model is registered. */
  readonly place: RegistryPlace
  readonly log: WatchLog
}

/** The tag that a rollout's state is kept as: `headrace.rollout.NAME`, of the control's registered model. */
export class StateTag {
  readonly model: string
  readonly key: string
  readonly title: string
  readonly #place: RegistryPlace
  readonly #log: WatchLog

  constructor({ model, rollout, place, log }: StateTagInit) {
    this.model = model
    this.key = `headrace.rollout.${rollout}`
    this.title = `the tag ${this.key} of the registered model ${model} in ${place.publicUri}`
    this.#place = place
    this.#log = log
  }

  /** Its value among the tags of its model. */
  valueIn(tags: readonly Tag[]): string | undefined {
    return tags.find(({ key }) => key === this.key)?.value
  }

  /** Calls `onChange` whenever something was written to the registry, and it may have changed. */
  watch(onChange: () => Promise<void>): { close(): void } {
    return watchRegistry(this.#place, { intervalMs: WATCH_MS, onChange, log: this.#log })
  }
}
