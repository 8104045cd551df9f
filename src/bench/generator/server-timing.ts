import type { StageSum } from './load-result.ts'

/** So many metrics at most: a server that names them anew each time must not fill the memory. */
const MOST_METRICS = 64
/** A name, and its parameters up to the next comma that is in no quoted string. */
const METRIC = /([^\s,;=]+)((?:\s*;\s*[^\s,;=]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s,;"]*))?)*)/gy
const DURATION = /;\s*dur\s*=\s*"?([0-9.eE+-]+)"?/i

/** Adds up the durations of `Server-Timing` headers (W3C Server Timing, section 2) by the names of their metrics. */
export class StageSums {
  samples = 0
  readonly #sums = new Map<string, { totalMs: number; count: number }>()

  /** What is no list of metrics is passed over from there on, as the specification has it. */
  add(header: string): void {
    this.samples += 1
    METRIC.lastIndex = 0
    for (;;) {
      const metric = METRIC.exec(header)
      if (metric === null) return
      const [, name = '', parameters = ''] = metric
      const duration = Number(DURATION.exec(parameters)?.[1])
      if (Number.isFinite(duration)) this.#count(name, duration, 1)
      const separator = /\s*,\s*/y
      separator.lastIndex = METRIC.lastIndex
      if (!separator.test(header)) return
      METRIC.lastIndex = separator.lastIndex
    }
  }

  merge(sums: Readonly<Record<string, StageSum>>): void {
    for (const [name, { totalMs, count }] of Object.entries(sums)) this.#count(name, totalMs, count)
  }

  sums(): Record<string, StageSum> {
    return Object.fromEntries(this.#sums)
  }

  #count(name: string, totalMs: number, count: number): void {
    const sum = this.#sums.get(name)
    if (sum !== undefined) {
      sum.totalMs += totalMs
      sum.count += count
    } else if (this.#sums.size < MOST_METRICS) {
      this.#sums.set(name, { totalMs, count })
    }
  }
}
