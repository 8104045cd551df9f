import { messageOf } from '../../core/errors.ts'
import type { RegistryPlace } from '../registry-place.ts'

export interface RegistryWatch {
  /** From now on nobody is told any more. */
  close(): void
}

export interface RegistryWatchOptions {
  /**
   * Milliseconds between two looks at a registry that does not tell whether it was changed, a server or a database of one:
   * about, a fifth more or less each time, so that the replicas of a service do not all ask at once. A SQLite file is
   * looked at each 250 ms, whatever it says.
   */
  readonly intervalMs: number
  /**
   * Called whenever the registry may have changed, the first time at once; not again before its promise settles. Where that
   * is rejected, the registry is taken not to answer: it is called again, after longer and longer times.
   */
  readonly onChange: () => void | Promise<void>
  readonly log?: WatchLog
}

/** Where a watch tells of a registry that does not answer, and that it does again. */
export interface WatchLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
}

/** Whether a registry may have changed since it was asked before. */
export interface RegistryChanges {
  haveCome(): boolean
  close(): void
}

const FILE_INTERVAL_MS = 250
/** A file costs nothing to look at, a server that is down should not be asked by all its replicas every second. */
const LONGEST_PAUSE_MS = { file: 2_000, remote: 120_000 }
const JITTER = 0.2

/** Watches a registry until it is closed. It keeps no process alive. */
export function watchRegistry(place: RegistryPlace, options: RegistryWatchOptions): RegistryWatch {
  const isFile = place.kind === 'database' && !place.remote
  return new PolledRegistry(place, options, isFile ? 'file' : 'remote')
}

class PolledRegistry implements RegistryWatch {
  readonly #place: RegistryPlace
  readonly #options: RegistryWatchOptions
  readonly #kind: keyof typeof LONGEST_PAUSE_MS
  #changes: RegistryChanges | undefined
  /** A change was seen, and nobody has been told of it yet. */
  #isOwed = true
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(place: RegistryPlace, options: RegistryWatchOptions, kind: keyof typeof LONGEST_PAUSE_MS) {
    this.#place = place
    this.#options = options
    this.#kind = kind
    void this.#look()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#changes?.close()
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    try {
      this.#changes ??= await changesOf(this.#place)
      if (this.#isClosed) return this.#changes.close()
      if (this.#changes.haveCome()) this.#isOwed = true
      if (this.#isOwed) await this.#options.onChange()
      this.#isOwed = false
      this.#succeed()
    } catch (error) {
      this.#fail(error)
    }
    if (this.#isClosed) return
    this.#timer = setTimeout(() => void this.#look(), this.#pauseMs()).unref()
  }

  #pauseMs(): number {
    const usualMs = this.#kind === 'file' ? FILE_INTERVAL_MS : this.#options.intervalMs
    const longestMs = Math.max(usualMs, LONGEST_PAUSE_MS[this.#kind])
    const pauseMs = Math.min(longestMs, usualMs * 2 ** this.#failures)
    return this.#kind === 'file' ? pauseMs : pauseMs * (1 - JITTER + 2 * JITTER * Math.random())
  }

  #succeed(): void {
    if (this.#failures > 0) {
      this.#options.log?.info({ registry: this.#place.publicUri }, 'The registry answers again')
    }
    this.#failures = 0
  }

  #fail(error: unknown): void {
    this.#isOwed = true
    this.#failures = Math.min(this.#failures + 1, 20)
    if (this.#failures > 1 || this.#isClosed) return
    this.#options.log?.warn(
      { registry: this.#place.publicUri, reason: messageOf(error) },
      'The registry that is watched does not answer; it is asked again and again',
    )
  }
}

/** Imported where it is needed: watching a server opens no database. */
async function changesOf(place: RegistryPlace): Promise<RegistryChanges> {
  if (place.kind === 'server' || place.remote) return ALWAYS
  const [{ SqliteChanges }, { sqlitePath }] = await Promise.all([
    import('../../store/sqlite/sqlite-changes.ts'),
    import('../../store/sqlite/sqlite-uri.ts'),
  ])
  const { uri, folder } = place.location
  return new SqliteChanges(sqlitePath(uri, folder))
}

/** MLflow has no conditional requests: only the whole answer tells. */
const ALWAYS: RegistryChanges = { haveCome: () => true, close: () => {} }
