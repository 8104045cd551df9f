import { performance } from 'node:perf_hooks'
import type { Load } from './load.ts'
import type { ServerResources } from './measurement.ts'
import type { ResourceMeter, ResourceReading } from './resource-meter.ts'

/** What a server used in one second. */
export interface SecondOfServer {
  /** In cores. */
  readonly cpu: number
  readonly memory: number
}

interface TimedReading extends ResourceReading {
  readonly at: number
}

/** Reads a meter at the beginning of the measured time and after each second of it. */
export class ResourceWatch {
  readonly #load: Load
  readonly #meter: ResourceMeter | undefined
  readonly #readings: (TimedReading | undefined)[] = []
  readonly #timers: NodeJS.Timeout[] = []
  readonly #asked: (Promise<void> | undefined)[] = []

  constructor(load: Load, meter: ResourceMeter | undefined) {
    this.#load = load
    this.#meter = meter
  }

  /** @param inMs from now, when the warm-up begins. */
  begin(inMs: number): void {
    if (this.#meter === undefined) return
    const { warmUpMs, durationMs } = this.#load
    for (let second = 0; second <= this.#seconds; second += 1) {
      const at = Math.min(second * 1000, durationMs)
      this.#timers.push(setTimeout(() => this.#ask(second), inMs + warmUpMs + at))
    }
  }

  /** Reads what is still to be read: the last answer may come before the end of the measured time. */
  async finish(): Promise<void> {
    this.end()
    if (this.#asked[this.#seconds] === undefined) this.#ask(this.#seconds)
    await Promise.all(this.#asked)
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }

  get #seconds(): number {
    return Math.ceil(this.#load.durationMs / 1000)
  }

  /** @returns undefined where it is not known. */
  ofSecond(second: number): SecondOfServer | undefined {
    const before = this.#readings[second]
    const after = this.#readings[second + 1]
    return before && after && { cpu: cores(before, after), memory: after.memory }
  }

  /** Of the whole measured time; undefined where it is not known. */
  total(answered: number): ServerResources | undefined {
    const readings = this.#readings.filter((reading) => reading !== undefined)
    const [first] = readings
    const last = readings.at(-1)
    if (first === undefined || last === undefined || last === first) return undefined
    return {
      cpu: cores(first, last),
      cpuMsPerRequest: answered === 0 ? 0 : ((last.cpuSeconds - first.cpuSeconds) * 1000) / answered,
      memory: Math.max(...readings.map(({ memory }) => memory)),
    }
  }

  #ask(second: number): void {
    this.#asked[second] = this.#read(second)
  }

  async #read(second: number): Promise<void> {
    const reading = await this.#meter?.read()
    this.#readings[second] = reading && { ...reading, at: performance.now() }
  }
}

/** Processor time a second. */
function cores(from: TimedReading, to: TimedReading): number {
  return Math.max(0, to.cpuSeconds - from.cpuSeconds) / ((to.at - from.at) / 1000)
}
