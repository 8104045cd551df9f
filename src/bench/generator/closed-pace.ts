import { performance } from 'node:perf_hooks'
import type { Pace, Pacing } from './pace.ts'

/** Calls are given up no later than this after their time. */
const TICK_MS = 20
/** Who failed asks again after this time: a server that is not there need not be asked as fast as it can refuse. */
const RETRY_MS = 20

/** Each of so many clients calls as soon as it knows what became of its last call. */
export class ClosedPace implements Pace {
  readonly #clients: number
  readonly #pacing: Pacing
  readonly #finished = Promise.withResolvers<void>()

  constructor(clients: number, pacing: Pacing) {
    this.#clients = clients
    this.#pacing = pacing
  }

  async run(): Promise<void> {
    for (let client = 0; client < this.#clients; client += 1) this.#call()
    const ticks = setInterval(() => this.#tick(), TICK_MS)
    await this.#finished.promise
    clearInterval(ticks)
  }

  settled(isAnswered: boolean): void {
    if (isAnswered) this.#call()
    else setTimeout(() => this.#call(), RETRY_MS)
  }

  #call(): void {
    const now = performance.now()
    if (now - this.#pacing.startedAt < this.#pacing.endMs) this.#pacing.arrive(now)
  }

  #tick(): void {
    this.#pacing.giveUpLate()
    const isOver = performance.now() - this.#pacing.startedAt >= this.#pacing.endMs
    if (isOver && !this.#pacing.isUnderWay()) this.#finished.resolve()
  }
}
