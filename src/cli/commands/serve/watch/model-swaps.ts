import { isUnreachable, messageOf, ServingError } from '../../../../core/errors.ts'
import type { ModelChange, NamedModels } from '../../../../core/model-change.ts'
import type { ModelEventKind } from '../../../../core/model-history.ts'
import type { RuntimeLog } from '../../../../runtime/runtime-log.ts'
import type { WatchedModels } from '../../../../supervisor/watched-models.ts'
import { type WantedVersions, wantedVersions, watchedUris } from './wanted-versions.ts'

/** Whoever tells what model URIs mean. */
export interface FollowedRegistry {
  /** Told what all of them mean, whenever that has changed and after each look. */
  onVersions: (versions: ReadonlyMap<string, string>) => void
  follow(uris: readonly string[]): void
  look(): void
}

export interface ModelSwapsInit {
  readonly models: WatchedModels
  readonly registry: FollowedRegistry
  /** Whether a model is to stay as it is, whatever its alias means: it is part of a rollout. */
  readonly isHeld: (name: string) => boolean
  readonly log: RuntimeLog
}

/** What is known of one name. */
interface Swapping {
  /** Versions that are not tried again as long as they are what is wanted. */
  refusedKey?: string | undefined
  /** These could not be had, and are tried again. */
  failedKey?: string
  /** In a row. */
  failures: number
  retry?: NodeJS.Timeout | undefined
  /** Told that it is held although this is wanted. */
  heldKey?: string
}

const FIRST_RETRY_MS = 5_000
const LONGEST_RETRY_MS = 300_000
const CONFLICT_RETRY_MS = 1_000

/** The model itself is at fault, and will be the next time. */
const REFUSALS: ReadonlySet<string> = new Set(['INVALID_PARAMETER_VALUE', 'NOT_IMPLEMENTED', 'BAD_REQUEST'])

/**
 * Sees to it that served models are what their URIs mean: one change at a time, and what is served goes on being served
 * until the new version is proved and warm. A version that cannot be served is not tried again before the URI means another
 * one; one that cannot be had just now is tried again, after longer and longer times.
 */
export class ModelSwaps {
  readonly #init: ModelSwapsInit
  readonly #swapping = new Map<string, Swapping>()
  readonly #due = new Set<string>()
  #means: ReadonlyMap<string, string> = new Map()
  #followed = ''
  #isBusy = false

  constructor(init: ModelSwapsInit) {
    this.#init = init
    const { models, registry } = init
    registry.onVersions = (versions) => {
      this.#means = versions
      this.#compare()
    }
    models.histories.onEvent = (name, { kind }) => this.#hear(name, kind)
    this.#follow()
  }

  /** Something may be served from another URI than before. */
  #hear(name: string, kind: ModelEventKind): void {
    if (kind === 'rolled-back') this.#refuse(name)
    this.#follow()
  }

  #follow(): void {
    const { models, registry } = this.#init
    const uris = watchedUris(models.list())
    const followed = uris.join('\n')
    if (followed === this.#followed) return
    this.#followed = followed
    registry.follow(uris)
  }

  /** What is wanted now was taken back by hand. */
  #refuse(name: string): void {
    const named = this.#named(name)
    if (named !== undefined) this.#of(name).refusedKey = wantedVersions(named, this.#means).wantedKey
  }

  #compare(): void {
    for (const named of this.#init.models.list()) {
      if (!named.loaded) continue
      if (this.#isDue(named)) this.#due.add(named.name)
      else this.#withdraw(named)
    }
    void this.#work()
  }

  #isDue(named: NamedModels): boolean {
    const swapping = this.#of(named.name)
    const { servedKey, wantedKey, versions } = wantedVersions(named, this.#means)
    if (swapping.refusedKey !== wantedKey) swapping.refusedKey = undefined
    if (swapping.failedKey !== wantedKey) startOver(swapping)
    if (servedKey === wantedKey || swapping.refusedKey === wantedKey) return false
    if (!this.#init.isHeld(named.name)) return swapping.retry === undefined
    if (swapping.heldKey !== wantedKey) {
      const facts = { model: named.name, modelVersion: versions }
      this.#init.log.info(facts, 'Another version is not served: the model is part of a rollout')
    }
    swapping.heldKey = wantedKey
    return false
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    for (const name of this.#due) {
      this.#due.delete(name)
      const named = this.#named(name)
      if (named?.loaded === true && this.#isDue(named)) await this.#swap(named)
    }
    this.#isBusy = false
  }

  async #swap(named: NamedModels): Promise<void> {
    const { models, registry, log } = this.#init
    const { name } = named
    const wanted = wantedVersions(named, this.#means)
    const facts = { model: name, modelVersion: wanted.versions, reason: wanted.reason }
    log.info(facts, 'Another version is wanted: it is loaded beside the one that is served')
    try {
      const begun = performance.now()
      await models.change(changeTo(name, wanted))
      startOver(this.#of(name))
      log.info({ ...facts, totalMs: Math.round(performance.now() - begun) }, 'Another version is served')
    } catch (error) {
      this.#fail(name, wanted, error)
    }
    // It may mean another one by now.
    registry.look()
  }

  #fail(name: string, { wantedKey, versions }: WantedVersions, error: unknown): void {
    const { models, log } = this.#init
    const swapping = this.#of(name)
    const reason = messageOf(error)
    const facts = { model: name, modelVersion: versions, reason }
    if (isRefusal(error)) {
      swapping.refusedKey = wantedKey
      log.warn(facts, 'A version is refused, and what was served is served on')
      this.#note(name, 'refused', versions, reason)
      return
    }
    const isConflict = error instanceof ServingError && error.code === 'RESOURCE_CONFLICT'
    swapping.failedKey = wantedKey
    const retryMs = isConflict ? CONFLICT_RETRY_MS : retryAfter(swapping.failures)
    swapping.retry = setTimeout(() => {
      swapping.retry = undefined
      this.#compare()
    }, retryMs).unref()
    if (isConflict || models.list().every((named) => named.name !== name || !named.loaded)) return
    swapping.failures += 1
    log.warn({ ...facts, retryMs }, 'A version could not be had, and what was served is served on')
    this.#note(name, 'failed', versions, reason)
  }

  /** What was not served is not wanted any more: there is no trouble. */
  #withdraw(named: NamedModels): void {
    const { name } = named
    const trouble = this.#init.models.histories.trouble(name)
    const { servedKey, wantedKey } = wantedVersions(named, this.#means)
    if (trouble === undefined || servedKey !== wantedKey) return
    this.#note(name, 'withdrawn', trouble.version, 'The registry means what is served')
  }

  #note(name: string, kind: 'refused' | 'failed' | 'withdrawn', version: string, reason: string): void {
    const { models } = this.#init
    const previous = models.histories.lastChange(name)?.version ?? ''
    models.note(name, { kind, at: Date.now(), version, previous, reason })
  }

  #named(name: string): NamedModels | undefined {
    return this.#init.models.list().find((named) => named.name === name)
  }

  #of(name: string): Swapping {
    const known = this.#swapping.get(name) ?? { failures: 0 }
    this.#swapping.set(name, known)
    return known
  }
}

/** What was tried in vain is not wanted any more. */
function startOver(swapping: Swapping): void {
  clearTimeout(swapping.retry)
  swapping.retry = undefined
  swapping.failures = 0
}

function changeTo(name: string, { isPrevious, reason }: WantedVersions): ModelChange {
  return { kind: isPrevious ? 'restore' : 'load', name, watched: reason }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ServingError && REFUSALS.has(error.code) && !isUnreachable(error)
}

function retryAfter(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10))
}
