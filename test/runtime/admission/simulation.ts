import { seededRandom } from '../../../src/core/seeded-random.ts'
import { Admission, type AdmissionLimits } from '../../../src/runtime/admission/admission.ts'

export interface SimulatedServer {
  readonly workers: number
  readonly maxBatchRows: number
  /** Milliseconds of a run: so many, and so many for each row. Random by up to `noise` of it, both ways. */
  readonly runMs: number
  readonly rowMs: number
  readonly noise?: number
  /** By how much runs take longer at a time. */
  slowness?(now: number): number
}

export interface SimulatedLoad {
  /** Of the capacity of the server, by the time. */
  offered(now: number): number
  readonly deadlineMs: number
  readonly durationMs: number
  /** Rows of a request; 1 unless set. */
  rows?(random: () => number): number
  /** Milliseconds after which a client leaves, unannounced; a run that has begun is ended all the same. Infinity unless set. */
  patienceMs?(random: () => number): number
}

interface Arrival {
  readonly at: number
  readonly rows: number
  readonly deadline: number
  readonly leavesAt: number
  /** Its client has its answer, or has left. */
  isOver: boolean
}

export interface SimulationResult {
  /** Rows answered in time, of what the server could have answered. */
  readonly goodput: number
  readonly accepted: number
  readonly refused: number
  /** Accepted and not answered by the deadline. */
  readonly late: number
  /** Milliseconds from arrival to answer (or to being dropped) of those accepted, ascending. */
  readonly stays: readonly number[]
}

/** Rows a millisecond when every run is full. */
export function capacity({ workers, maxBatchRows, runMs, rowMs }: SimulatedServer): number {
  return (workers * maxBatchRows) / (runMs + rowMs * maxBatchRows)
}

const UNBOUNDED: AdmissionLimits = {
  maxRequests: Number.POSITIVE_INFINITY,
  maxRows: Number.POSITIVE_INFINITY,
}

/** A server behind its admission, with a clock of its own: requests come at random, workers pull when they are free. */
export class Simulation {
  readonly admission: Admission
  #now = 0
  readonly #server: SimulatedServer
  readonly #random: () => number
  readonly #events: { readonly at: number; run(): void }[] = []
  #waiting: Arrival[] = []
  #idle: number
  readonly #stays: number[] = []
  #refused = 0
  #late = 0
  #good = 0

  constructor(server: SimulatedServer, seed: number, limits: AdmissionLimits = UNBOUNDED) {
    this.#server = server
    this.#random = seededRandom(seed)
    this.#idle = server.workers
    this.admission = new Admission(limits, () => this.#now)
  }

  run(load: SimulatedLoad): SimulationResult {
    const end = this.#now + load.durationMs
    this.#arriveLater(load, end)
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      this.#now = next.at
      next.run()
    }
    const result = {
      goodput: this.#good / (capacity(this.#server) * load.durationMs),
      accepted: this.#stays.length,
      refused: this.#refused,
      late: this.#late,
      stays: this.#stays.splice(0).sort((a, b) => a - b),
    }
    this.#refused = 0
    this.#late = 0
    this.#good = 0
    return result
  }

  #at(at: number, run: () => void): void {
    let index = this.#events.length
    while (index > 0 && this.#events[index - 1]!.at > at) index -= 1
    this.#events.splice(index, 0, { at, run })
  }

  #arriveLater(load: SimulatedLoad, end: number): void {
    const rows = load.rows?.(this.#random) ?? 1
    const rate = load.offered(this.#now) * capacity(this.#server)
    const at = this.#now - (Math.log(1 - this.#random()) * rows) / rate
    if (at >= end) return
    this.#at(at, () => {
      const leavesAt = at + (load.patienceMs?.(this.#random) ?? Number.POSITIVE_INFINITY)
      this.#arrive({ at, rows, deadline: at + load.deadlineMs, leavesAt, isOver: false })
      this.#arriveLater(load, end)
    })
  }

  #arrive(arrival: Arrival): void {
    if (!this.#isLetIn(arrival)) {
      this.#refused += 1
      return
    }
    this.#waiting.push(arrival)
    if (arrival.leavesAt < Number.POSITIVE_INFINITY) this.#at(arrival.leavesAt, () => this.#leave(arrival))
    this.#pull()
  }

  /** Asked twice, as by the server: most of those that are refused cost no error. */
  #isLetIn({ rows, deadline }: Arrival): boolean {
    if (this.admission.foresee({ deadline }) !== undefined) return false
    try {
      this.admission.enter(rows, { deadline })
      return true
    } catch {
      return false
    }
  }

  #pull(): void {
    while (this.#idle > 0 && this.#waiting.length > 0) {
      const batch = this.#take()
      if (batch.length === 0) return
      this.#idle -= 1
      this.#at(this.#now + this.#timeOf(batch), () => this.#finish(batch))
    }
  }

  #take(): Arrival[] {
    const batch: Arrival[] = []
    let rows = 0
    while (this.#waiting.length > 0) {
      const next = this.#waiting[0]!
      if (batch.length > 0 && rows + next.rows > this.#server.maxBatchRows) break
      this.#waiting.shift()
      if (next.isOver) continue
      if (next.deadline < this.#now) {
        next.isOver = true
        this.admission.drop(next.rows)
        this.#stays.push(this.#now - next.at)
        this.#late += 1
        continue
      }
      batch.push(next)
      rows += next.rows
    }
    return batch
  }

  #timeOf(batch: readonly Arrival[]): number {
    const { runMs, rowMs, noise = 0, slowness } = this.#server
    const rows = batch.reduce((sum, arrival) => sum + arrival.rows, 0)
    // A request larger than a batch runs as several of them.
    const runs = Math.ceil(rows / this.#server.maxBatchRows)
    const ms = runs * runMs + rows * rowMs
    return ms * (1 + noise * (2 * this.#random() - 1)) * (slowness?.(this.#now) ?? 1)
  }

  #leave(arrival: Arrival): void {
    if (arrival.isOver) return
    arrival.isOver = true
    this.admission.drop(arrival.rows)
  }

  #finish(batch: readonly Arrival[]): void {
    this.#idle += 1
    const { runMs, rowMs } = this.#server
    for (const arrival of batch) {
      if (arrival.isOver) continue
      arrival.isOver = true
      this.admission.leave(arrival.rows, runMs + rowMs * batch.length)
      this.#stays.push(this.#now - arrival.at)
      if (this.#now <= arrival.deadline) this.#good += arrival.rows
      else this.#late += 1
    }
    this.#pull()
  }
}
