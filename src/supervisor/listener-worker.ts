import type { Worker } from 'node:worker_threads'
import { messageOf } from '../core/errors.ts'
import type { Order, Report } from './process-messages.ts'

/** How a listener's thread ended. */
export interface ThreadEnd {
  /** `heap`: it was outgrown. */
  readonly reason: 'heap' | 'error' | 'exit'
  readonly message: string
}

export interface ThreadObserver {
  report(report: Report): void
  ended(end: ThreadEnd): void
}

/** The thread of one listener, seen from the main thread. */
export class ListenerWorker {
  readonly #thread: Worker
  #error: { readonly reason: 'heap' | 'error'; readonly message: string } | undefined
  #isOver = false

  constructor(thread: Worker, observer: ThreadObserver) {
    this.#thread = thread
    thread.on('message', (report: Report) => observer.report(report))
    thread.on('error', (error: unknown) => {
      this.#error = { reason: isOutOfHeap(error) ? 'heap' : 'error', message: messageOf(error) }
    })
    thread.once('exit', (code) => {
      this.#isOver = true
      observer.ended(this.#error ?? { reason: 'exit', message: `code ${code}` })
    })
  }

  post(order: Order): void {
    if (!this.#isOver) this.#thread.postMessage(order)
  }

  /** Ends the thread, whatever it does; but for a native run, which holds up the end of it. */
  terminate(): void {
    void this.#thread.terminate()
  }
}

function isOutOfHeap(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}
