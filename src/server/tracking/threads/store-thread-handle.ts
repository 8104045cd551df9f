import type { Worker } from 'node:worker_threads'
import {
  deserializeError,
  internalError,
  messageOf,
  type ServingError,
  workerDied,
} from '../../../core/errors.ts'
import type { ApiRoute } from '../api-route.ts'
import { startStoreThread } from './start-store-thread.ts'
import type { StoreCall } from './store-call.ts'
import type {
  FromStoreThread,
  SentCall,
  SentError,
  SentResult,
  StoreThreadData,
  StoreWork,
  ToStoreThread,
} from './store-messages.ts'

/** From so many bytes on it costs less to hand a body over than to copy it. */
const LARGE_BODY = 16 * 1024

export interface StoreThreadObserver {
  /** An answer has come, so the thread has room for another call. */
  answered(thread: StoreThreadHandle, call: StoreCall): void
  /** It has ended without being told to. */
  died(thread: StoreThreadHandle, reason: unknown): void
}

interface Opening {
  resolve(routes: readonly ApiRoute[]): void
  reject(error: unknown): void
}

/** One store thread, from the side of the thread that does HTTP. */
export class StoreThreadHandle {
  readonly #worker: Worker
  readonly #observer: StoreThreadObserver
  readonly #calls = new Map<number, StoreCall>()
  readonly #exited: Promise<void>
  #opening: Opening | undefined
  /** Calls of this turn of the event loop. */
  #unsent: SentCall[] = []
  #lastId = 0
  #busySince = 0
  #failure: unknown
  #ended = false

  constructor(data: StoreThreadData, observer: StoreThreadObserver) {
    this.#observer = observer
    this.#worker = startStoreThread(data)
    this.#worker.on('message', (message: FromStoreThread) => this.#take(message))
    this.#worker.on('error', (error) => {
      this.#failure = error
    })
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#exit(code)
        resolve()
      })
    })
  }

  /** Calls that it has been given and has not answered. */
  get running(): number {
    return this.#calls.size
  }

  /** Opens the databases. To be called once. @returns what it answers. @throws ServingError */
  open(): Promise<readonly ApiRoute[]> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject }
      if (this.#ended) reject(this.#diedEarly())
      else this.#post({ type: 'open' })
    })
  }

  /** Milliseconds since it was given work, or last answered; 0 when it has nothing to do. */
  get busyMs(): number {
    return this.#calls.size === 0 ? 0 : performance.now() - this.#busySince
  }

  run(call: StoreCall): void {
    this.#lastId += 1
    if (this.#calls.size === 0) this.#busySince = performance.now()
    this.#calls.set(this.#lastId, call)
    call.startedAt = performance.now()
    if (this.#unsent.length === 0) setImmediate(() => this.#send())
    this.#unsent.push({ ...call.work, id: this.#lastId })
  }

  /** Ends the thread once its databases are closed; nothing may be running. */
  async close(): Promise<void> {
    this.#ended = true
    this.#post({ type: 'close' })
    await this.#exited
  }

  /** Ends the thread at once. */
  async terminate(): Promise<void> {
    this.#ended = true
    await this.#worker.terminate()
  }

  #send(): void {
    const calls = this.#unsent
    this.#unsent = []
    this.#post({ type: 'calls', calls }, calls.flatMap(buffersOf))
  }

  #post(message: ToStoreThread, changingHands: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, changingHands)
  }

  #take(message: FromStoreThread): void {
    if (message.type === 'opened') this.#opening?.resolve(message.routes)
    else if (message.type === 'unopened') this.#opening?.reject(deserializeError(message.error))
    else for (const result of message.results) this.#settle(result)
  }

  #settle(result: SentResult): void {
    const call = this.#calls.get(result.id)
    if (call === undefined) return
    this.#calls.delete(result.id)
    this.#busySince = performance.now()
    if ('error' in result) call.reject(receivedError(result.error))
    else call.resolve(result.answer)
    this.#observer.answered(this, call)
  }

  #exit(code: number): void {
    const wasTold = this.#ended
    this.#ended = true
    this.#failure ??= new Error(`exit code ${code}`)
    this.#opening?.reject(this.#diedEarly())
    for (const call of this.#calls.values()) {
      call.reject(workerDied('The thread that had the database open ended under the request', this.#failure))
    }
    this.#calls.clear()
    if (!wasTold) this.#observer.died(this, this.#failure)
  }

  #diedEarly(): ServingError {
    return internalError(
      `The thread of the database ended before it was open: ${messageOf(this.#failure)}`,
      this.#failure,
    )
  }
}

/** A large body changes hands; a small one, and one in memory that both may read, is sent as it is. */
function buffersOf(work: StoreWork): ArrayBuffer[] {
  if (!('source' in work) || 'query' in work.source) return []
  const { buffer, byteLength } = work.source.body
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
  return isAlone && byteLength >= LARGE_BODY ? [buffer] : []
}

function receivedError({ stack, ...sent }: SentError): ServingError {
  const error = deserializeError(sent)
  if (stack !== undefined) error.stack = stack
  return error
}
