import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { messageOf } from '../../../../core/errors.ts'
import { siblingModule } from '../../../../runtime/pool/sibling-module.ts'
import type { ServeSettings } from '../../../config.ts'
import type { FollowedRegistry } from './model-swaps.ts'
import type { WatchReply, WatchRequest } from './watch-messages.ts'

const RESTART_MS = 5_000

/** The thread that asks the registry, seen from the one that serves. It is started again should it end. */
export class RegistryThread implements FollowedRegistry {
  onVersions: (versions: ReadonlyMap<string, string>) => void = () => {}
  readonly #settings: ServeSettings
  readonly #logger: Logger
  #thread: Worker | undefined
  #uris: readonly string[] = []
  #restart: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(settings: ServeSettings, logger: Logger) {
    this.#settings = settings
    this.#logger = logger
  }

  /** The thread is started with the first URI. */
  follow(uris: readonly string[]): void {
    this.#uris = uris
    if (this.#thread === undefined && uris.length > 0) this.#start()
    else this.#post({ kind: 'follow', uris })
  }

  look(): void {
    this.#post({ kind: 'look' })
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#restart)
    void this.#thread?.terminate()
  }

  #post(request: WatchRequest): void {
    this.#thread?.postMessage(request)
  }

  #start(): void {
    clearTimeout(this.#restart)
    if (this.#isClosed) return
    try {
      this.#thread = this.#newThread()
      this.#post({ kind: 'follow', uris: this.#uris })
    } catch (error) {
      // The system has no thread to give.
      this.#tell(error)
      this.#startAgain()
    }
  }

  #newThread(): Worker {
    const url = new URL(siblingModule(import.meta.url, 'watch-thread'))
    const thread = new Worker(url, { workerData: { settings: this.#settings } })
    thread.on('message', (reply: WatchReply) => {
      if (reply.kind === 'versions') this.onVersions(reply.versions)
      else this.#logger[reply.level](reply.facts, reply.message)
    })
    thread.on('error', (error) => this.#tell(error))
    thread.once('exit', () => this.#startAgain())
    thread.unref()
    return thread
  }

  #startAgain(): void {
    this.#restart = setTimeout(() => this.#start(), RESTART_MS).unref()
  }

  #tell(error: unknown): void {
    this.#logger.warn({ reason: messageOf(error) }, 'The registry is not watched for a moment')
  }
}
