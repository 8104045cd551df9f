import type { Logger } from 'pino'
import type { RequestSource } from '../../../protocols/mlflow-rest/rest-request.ts'
import type { StoreLocation } from '../../../store/open-stores.ts'
import { isSqliteUri } from '../../../store/sqlite/sqlite-uri.ts'
import type { ApiCaller, ApiExecutor, ThreadFigures } from '../api-executor.ts'
import type { ApiRoute, RoutedCall } from '../api-route.ts'
import type { StoreQuestion } from '../store-questions.ts'
import { StoreCall } from './store-call.ts'
import type { StoreThreadData } from './store-messages.ts'
import { StoreThreads } from './store-threads.ts'

export interface ThreadedExecutorInit {
  readonly tracking: Omit<StoreLocation, 'access'>
  /** Undefined where the registry is in the same database. */
  readonly registry: Omit<StoreLocation, 'access'> | undefined
  /** Threads that read a SQLite database beside the one that writes it, or that use a server's database. */
  readonly workers: number
  /** Bound of the heap of each thread; what Node takes by itself unless set. */
  readonly heapMb?: number
  readonly logger: Logger
}

/** Calls that wait for the same commit are committed together, so the thread that writes is given many. */
const WRITES_AT_ONCE = 256
/** A thread that reads a file does one call after the other; the second is there when the first is done. */
const READS_AT_ONCE = 2
/** A thread that waits for a server's answers does others meanwhile. */
const SERVER_CALLS_AT_ONCE = 32

const SOMEBODY: ApiCaller = { signal: { aborted: false } }

/**
 * Runs calls in threads that have the databases open. A SQLite database has one thread that writes and some that
 * read; of a database on a server all threads do both.
 */
export class ThreadedExecutor implements ApiExecutor {
  readonly routes: readonly ApiRoute[]
  readonly #writers: StoreThreads
  readonly #readers: StoreThreads
  readonly #groups: readonly StoreThreads[]

  private constructor(routes: readonly ApiRoute[], groups: { writers: StoreThreads; readers: StoreThreads }) {
    this.routes = routes
    this.#writers = groups.writers
    this.#readers = groups.readers
    this.#groups = [...new Set([groups.writers, groups.readers])]
  }

  /** Opens the databases, and creates what is not there. @throws ServingError where that cannot be done */
  static async start(init: ThreadedExecutorInit): Promise<ThreadedExecutor> {
    const groups = isSqlite(init) ? sqliteThreads(init) : serverThreads(init)
    try {
      const routes = await groups.writers.open()
      if (groups.readers !== groups.writers) await groups.readers.open()
      return new ThreadedExecutor(routes, groups)
    } catch (error) {
      await Promise.all([groups.writers.terminate(), groups.readers.terminate()])
      throw error
    }
  }

  execute(
    { index, route, parameters }: RoutedCall,
    source: RequestSource,
    caller: ApiCaller,
  ): Promise<string | Uint8Array> {
    const threads = route.access === 'write' ? this.#writers : this.#readers
    return threads.submit(new StoreCall({ endpoint: index, parameters, source }, caller))
  }

  async ask(question: StoreQuestion, about: readonly string[]): Promise<string> {
    const answer = await this.#readers.submit(new StoreCall({ question, about }, SOMEBODY))
    return typeof answer === 'string' ? answer : new TextDecoder().decode(answer)
  }

  figures(): readonly ThreadFigures[] {
    return this.#groups.map((threads) => threads.figures())
  }

  async close(): Promise<void> {
    await Promise.all(this.#groups.map((threads) => threads.close()))
  }
}

interface Groups {
  readonly writers: StoreThreads
  readonly readers: StoreThreads
}

function isSqlite({ tracking, registry }: ThreadedExecutorInit): boolean {
  return isSqliteUri(tracking.databaseUri) || (registry !== undefined && isSqliteUri(registry.databaseUri))
}

function sqliteThreads(init: ThreadedExecutorInit): Groups {
  const { workers, logger } = init
  return {
    writers: new StoreThreads({
      work: 'write',
      count: 1,
      data: dataOf(init, 'write', true),
      callsPerThread: WRITES_AT_ONCE,
      oneByOne: false,
      logger,
    }),
    readers: new StoreThreads({
      work: 'read',
      count: workers,
      data: dataOf(init, 'read', false),
      callsPerThread: READS_AT_ONCE,
      oneByOne: true,
      logger,
    }),
  }
}

function serverThreads(init: ThreadedExecutorInit): Groups {
  const { workers, logger } = init
  const threads = new StoreThreads({
    work: 'any',
    count: workers,
    data: dataOf(init, 'write', true),
    callsPerThread: SERVER_CALLS_AT_ONCE,
    oneByOne: false,
    logger,
  })
  return { writers: threads, readers: threads }
}

function dataOf(
  { tracking, registry, heapMb }: ThreadedExecutorInit,
  access: 'read' | 'write',
  creates: boolean,
): StoreThreadData {
  return {
    tracking: { ...tracking, access },
    registry: registry === undefined ? undefined : { ...registry, access },
    creates,
    ...(heapMb === undefined ? {} : { heapMb }),
  }
}
