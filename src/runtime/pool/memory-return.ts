import { type CollectionFlavor, collectGarbage } from './collect-garbage.ts'
import { sharedBytes } from './wire-tensors.ts'
import type { RunMessage } from './worker-messages.ts'

const LOOK_EVERY_MS = 1000
/** After so many the thread is always busy, and the memory is worth more than the pause. */
const MOST_LOOKS = 10
/** So many bytes are not left to wait for idleness; a pause is little beside the copying and reading of them. */
const MOST_BYTES = 256 * 1024 * 1024

/** A worker reads the requests, which leaves many times their bytes; others do not wait for it. */
const WORKER_BYTES = 4 * 1024 * 1024
/** The serving thread only holds them, and its pause delays everybody: 10 to 20 ms. */
const SERVER_BYTES = 64 * 1024 * 1024

interface MemoryReturnInit {
  /** After so many bytes all garbage is collected, once the thread is idle. */
  readonly fromBytes: number
  readonly flavor: CollectionFlavor
  /** Whether the thread has had no run since it was asked before. */
  isIdle(): boolean
}

/**
 * Gives the memory of large requests back. V8 collects garbage when a heap grows, so never in an idle one; and shared
 * memory does not count as growth: it is kept until each thread that has seen it has collected its handle
 * (docs/decisions/0020-runs-by-a-port-of-their-own.md).
 */
export class MemoryReturn {
  readonly #init: MemoryReturnInit
  #bytes = 0
  /** Since the last collection, idle or not. */
  #uncollectedBytes = 0
  #looks = 0
  #timer: NodeJS.Timeout | undefined

  static ofWorker(isIdle: () => boolean): MemoryReturn {
    return new MemoryReturn({ fromBytes: WORKER_BYTES, flavor: 'last-resort', isIdle })
  }

  static ofServer(isIdle: () => boolean): MemoryReturn {
    return new MemoryReturn({ fromBytes: SERVER_BYTES, flavor: 'regular', isIdle })
  }

  private constructor(init: MemoryReturnInit) {
    this.#init = init
  }

  /** To be called for each run, where nobody waits for what this thread does next. */
  addRun(run: RunMessage): void {
    if (typeof run === 'number' || run.kind === 'packed') return
    this.#add(run.kind === 'body' ? run.body.length : sharedBytes(run.inputs))
  }

  #add(bytes: number): void {
    this.#bytes += bytes
    this.#uncollectedBytes += bytes
    if (this.#uncollectedBytes >= MOST_BYTES) this.#collect('regular')
    if (this.#bytes < this.#init.fromBytes || this.#timer !== undefined) return
    this.#looks = 0
    this.#init.isIdle()
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
  }

  #look(): void {
    this.#looks += 1
    if (!this.#init.isIdle() && this.#looks < MOST_LOOKS) return
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#bytes = 0
    this.#collect(this.#init.flavor)
  }

  #collect(flavor: CollectionFlavor): void {
    this.#uncollectedBytes = 0
    collectGarbage(flavor)
  }
}
