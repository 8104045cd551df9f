import { isUnreachable, messageOf, ServingError } from '../../core/errors.ts'
import { lookUpModelVersion, type VersionUri } from '../find-model-version.ts'
import type { ModelRegistry } from '../model-registry.ts'
import { parseModelUri } from '../model-uri.ts'
import type { Registries } from '../registries.ts'
import { type RegistryWatch, type WatchLog, watchRegistry } from './registry-watch.ts'

/** By URI, the version that it leads to; without those that lead to none. */
export type VersionsByUri = ReadonlyMap<string, string>

export interface AliasWatchOptions {
  /** Opens the registry for one look; closed after it. */
  readonly openRegistries: () => Registries
  /** Milliseconds between two looks at a registry that does not tell whether it was changed. */
  readonly intervalMs: number
  /** Told what all URIs mean, after every look that found something new, and after each `look`. */
  readonly onVersions: (versions: VersionsByUri) => void
  readonly log: WatchLog
}

/**
 * Whether a URI may lead to another version tomorrow: an alias, `latest`, or a stage.
 * @throws ServingError where it is no model URI.
 */
export function isWatchable(uri: string): boolean {
  return watchable(uri) !== undefined
}

/** Follows what model URIs mean, without fetching a file. A version that is not ready yet counts once it is. */
export class AliasWatch {
  readonly #options: AliasWatchOptions
  #asked: ReadonlyMap<string, VersionUri> = new Map()
  #known = new Map<string, string>()
  /** Why a URI leads nowhere, as it was told. */
  readonly #told = new Map<string, string>()
  #watch: RegistryWatch | undefined
  #isToldAnyway = true

  constructor(options: AliasWatchOptions) {
    this.#options = options
  }

  /** Follows these from now on, and looks at once. Those that can mean only one version are left out. */
  follow(uris: readonly string[]): void {
    this.#asked = new Map(uris.flatMap((uri) => watchableEntry(uri)))
    this.#isToldAnyway = true
    this.#restart()
  }

  /** Looks at once, and tells what it sees, be it what is known. */
  look(): void {
    this.#isToldAnyway = true
    this.#restart()
  }

  close(): void {
    this.#watch?.close()
    this.#watch = undefined
  }

  /** A new watch begins with a look. */
  #restart(): void {
    this.close()
    if (this.#asked.size === 0) return
    const { openRegistries, intervalMs, log } = this.#options
    const registries = openRegistries()
    const place = registries.place('registry')
    void registries.close()
    const watch = watchRegistry(place, {
      intervalMs,
      log,
      onChange: () => this.#lookUp(() => this.#watch === watch),
    })
    this.#watch = watch
  }

  async #lookUp(isCurrent: () => boolean): Promise<void> {
    const registries = this.#options.openRegistries()
    try {
      const registry = await registries.open(registries.place('registry'), 'brief')
      const versions = new Map<string, string>()
      for (const [uri, asked] of this.#asked) {
        const version = await this.#versionOf(uri, asked, registry)
        if (version !== undefined) versions.set(uri, version)
      }
      if (isCurrent()) this.#take(versions)
    } finally {
      await registries.close()
    }
  }

  #take(versions: Map<string, string>): void {
    const isNew = this.#isToldAnyway || !areEqual(versions, this.#known)
    this.#known = versions
    this.#isToldAnyway = false
    if (isNew) this.#options.onVersions(versions)
  }

  /** @throws ServingError where the registry does not answer. */
  async #versionOf(uri: string, asked: VersionUri, registry: ModelRegistry): Promise<string | undefined> {
    try {
      const { version, status } = await lookUpModelVersion(registry, asked)
      if (status === 'READY') {
        this.#told.delete(uri)
        return version
      }
      this.#tell(uri, `Version ${version} is not ready (${status})`)
      return undefined
    } catch (error) {
      if (!isAnswer(error)) throw error
      this.#tell(uri, messageOf(error))
      return undefined
    }
  }

  #tell(uri: string, reason: string): void {
    if (this.#told.get(uri) === reason) return
    this.#told.set(uri, reason)
    this.#options.log.warn({ uri, reason }, 'A watched model leads to no version now; what is served goes on')
  }
}

function watchable(uri: string): VersionUri | undefined {
  const asked = parseModelUri(uri)
  return asked.kind === 'alias' || asked.kind === 'latest' || asked.kind === 'stage' ? asked : undefined
}

function watchableEntry(uri: string): [string, VersionUri][] {
  const asked = watchable(uri)
  return asked === undefined ? [] : [[uri, asked]]
}

/** As opposed to a registry that does not answer, or not to us. */
function isAnswer(error: unknown): boolean {
  if (!(error instanceof ServingError)) return false
  const { code } = error
  return (code === 'RESOURCE_DOES_NOT_EXIST' || code === 'INVALID_PARAMETER_VALUE') && !isUnreachable(error)
}

function areEqual(a: VersionsByUri, b: VersionsByUri): boolean {
  return a.size === b.size && [...a].every(([uri, version]) => b.get(uri) === version)
}
