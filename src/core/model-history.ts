import { conflict } from './errors.ts'

/**
 * What became of a served name. `loaded`: at the start, or because somebody asked. `swapped`, `restored`: by the watch of the
 * registry, to a new version and back to the one before, which was kept. `rolled-back`: back because somebody asked.
 * `refused`: a version that the registry names cannot be served, `failed`: it could not be had, and is tried again,
 * `withdrawn`: the registry names it no more, but what is served; in all three what was served goes on being served.
 */
export const MODEL_EVENTS = [
  'loaded',
  'swapped',
  'restored',
  'rolled-back',
  'unloaded',
  'refused',
  'failed',
  'withdrawn',
] as const

export type ModelEventKind = (typeof MODEL_EVENTS)[number]

export interface ModelEvent {
  readonly kind: ModelEventKind
  /** Milliseconds since 1970. */
  readonly at: number
  /** What is served from then on; of `refused`, `failed` and `withdrawn` what is not. Several versions are separated by `, `. */
  readonly version: string
  /** What was served until then, and of those three goes on being served; empty where nothing was. */
  readonly previous: string
  /** Empty where there is nothing to say. */
  readonly reason: string
}

/** Plain data: it crosses between the processes of a server. */
export interface ModelHistory {
  readonly name: string
  /** The last of them, the newest at the end. */
  readonly events: readonly ModelEvent[]
  /** Of all. */
  readonly counts: Readonly<Partial<Record<ModelEventKind, number>>>
}

/** Events that are kept of a name. */
const MOST_EVENTS = 20

const TROUBLES: ReadonlySet<ModelEventKind> = new Set(['refused', 'failed'])

/** Who served what since when, by name. The same in all processes of a server. */
export class ModelHistories {
  /** Told of each event as it is noted. */
  onEvent: (name: string, event: ModelEvent) => void = () => {}
  readonly #byName = new Map<string, ModelHistory>()

  list(): readonly ModelHistory[] {
    return [...this.#byName.values()]
  }

  /** Undefined for a name of which nothing is known. */
  of(name: string): ModelHistory | undefined {
    return this.#byName.get(name)
  }

  /** Takes over what another process knows. */
  adopt(histories: readonly ModelHistory[]): void {
    for (const history of histories) this.#byName.set(history.name, history)
  }

  note(name: string, event: ModelEvent): void {
    const { events = [], counts = {} } = this.#byName.get(name) ?? {}
    const kept = isSameFailure(events.at(-1), event) ? events.slice(0, -1) : events
    this.#byName.set(name, {
      name,
      events: [...kept, event].slice(-MOST_EVENTS),
      counts: { ...counts, [event.kind]: (counts[event.kind] ?? 0) + 1 },
    })
    this.onEvent(name, event)
  }

  /** Why a newer version is not served, where that is so. */
  trouble(name: string): ModelEvent | undefined {
    const last = this.#byName.get(name)?.events.at(-1)
    return last !== undefined && TROUBLES.has(last.kind) ? last : undefined
  }

  /** By which what is served came, or went. */
  lastChange(name: string): ModelEvent | undefined {
    const events = this.#byName.get(name)?.events
    return events?.findLast(({ kind }) => !TROUBLES.has(kind) && kind !== 'withdrawn')
  }

  /** @throws ServingError RESOURCE_CONFLICT where what is served is there by a rollback: nothing lies further back. */
  expectForward(name: string): void {
    const last = this.lastChange(name)
    if (last?.kind !== 'rolled-back') return
    throw conflict(
      `Version ${last.version} of '${name}' is served since a rollback from version ${last.previous}. To serve another ` +
        'one, load it.',
      { model: name, version: last.version },
    )
  }
}

/** The same trouble again, which would push everything else out. */
function isSameFailure(last: ModelEvent | undefined, { kind, version }: ModelEvent): boolean {
  return last?.kind === 'failed' && kind === 'failed' && last.version === version
}
