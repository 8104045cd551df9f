import type { WorkerThreads } from '../pool/worker-threads.ts'

export interface ModelLoadingInit {
  /** Worker threads that the model may have: taken from when it is asked for until it is there. */
  readonly threadCount: number
}

/** A model on its way in, and how to give it up. */
export class ModelLoading {
  readonly threadCount: number
  /** Under which it will be served; undefined until that is known. */
  name: string | undefined
  /** As which it will be served; undefined until that is known. */
  version: string | undefined
  readonly #controller = new AbortController()
  readonly #over = Promise.withResolvers<void>()
  #hasAsked = false
  #threads: Promise<WorkerThreads | undefined> | undefined

  constructor({ threadCount }: ModelLoadingInit) {
    this.threadCount = threadCount
  }

  /** Aborted when the model is given up. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Settles once nothing is left of it: the model is loaded, or it is not and its threads have ended. Never rejects. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  /** Whether it may still ask for threads. */
  get awaitsThreads(): boolean {
    return !this.#hasAsked && !this.signal.aborted
  }

  /** The model's threads, started the first time. */
  threads(start: () => Promise<WorkerThreads | undefined>): Promise<WorkerThreads | undefined> {
    this.#hasAsked = true
    this.#threads ??= start()
    // Whoever awaits it hears of its failure.
    this.#threads.catch(() => {})
    return this.#threads
  }

  /** The threads are not the model's any more. */
  leaveThreads(): void {
    this.#threads = undefined
  }

  /** Loading rejects with `reason` as soon as it can. */
  giveUp(reason: unknown): void {
    this.#controller.abort(reason)
    // Ends whatever is loading or running in them, a native run aside.
    this.#closeThreads().catch(() => {})
  }

  /** What `promise` settles to, or a rejection once this is given up. */
  async orGivenUp<T>(promise: Promise<T>): Promise<T> {
    const { promise: givenUp, reject } = Promise.withResolvers<never>()
    const onAbort = (): void => reject(this.signal.reason)
    this.signal.addEventListener('abort', onAbort)
    try {
      this.signal.throwIfAborted()
      return await Promise.race([promise, givenUp])
    } finally {
      this.signal.removeEventListener('abort', onAbort)
    }
  }

  /** Nothing came of it. */
  async fail(): Promise<void> {
    await this.#closeThreads()
    this.#over.resolve()
  }

  /** The model is there, and its threads are the model's. */
  succeed(): void {
    this.#over.resolve()
  }

  async #closeThreads(): Promise<void> {
    await (await this.#threads?.catch(() => undefined))?.close()
  }
}
