import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { deserializeError } from '../../core/errors.ts'
import type { SharePlan, ShareProgress, ShareResult, StartMessage, ThreadMessage } from './messages.ts'

const THREAD = new URL(`./generator-thread${extname(import.meta.url)}`, import.meta.url)

/** As top(1) shows it: 15 characters at most. */
export const THREAD_NAME = 'headrace-load'

/** A thread that sends a share of a load. */
export class Sender {
  readonly #worker: Worker
  readonly #ready = Promise.withResolvers<void>()
  readonly #result = Promise.withResolvers<ShareResult>()
  readonly #onProgress: (progress: ShareProgress) => void

  constructor(share: SharePlan, onProgress: (progress: ShareProgress) => void) {
    this.#onProgress = onProgress
    this.#worker = new Worker(THREAD, { workerData: share, name: THREAD_NAME })
    this.#worker.on('message', (message: ThreadMessage) => this.#heard(message))
    this.#worker.on('error', (error) => this.#fail(error))
    // Who waits for neither of them has been told already why.
    this.#ready.promise.catch(() => {})
    this.#result.promise.catch(() => {})
  }

  ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Starts it at a time of `process.hrtime.bigint()`. */
  result(startAt: bigint): Promise<ShareResult> {
    this.#worker.postMessage({ startAt } satisfies StartMessage)
    return this.#result.promise
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #heard(message: ThreadMessage): void {
    if (message.kind === 'ready') this.#ready.resolve()
    else if (message.kind === 'progress') this.#onProgress(message)
    else if (message.kind === 'done') this.#result.resolve(message.result)
    else this.#fail(deserializeError(message.error))
  }

  #fail(error: unknown): void {
    this.#ready.reject(error)
    this.#result.reject(error)
  }
}
