import type { StageSum } from './load-result.ts'

/** So many metrics at most: a server that names them anew each time must not fill the memory. */
const MOST_METRICS = 64
/** A name, and its parameters up to the next comma that is in no quoted string. */
const NAME = /\s*([^\s,;=]+)/y
const PARAMETER = /\s*;\s*([^\s,;=]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/y
const COMMA = /\s*,/y

/** Adds up the durations of `Server-Timing` headers (W3C Server Timing, section 2) by the names of their metrics. */
export class StageSums {
  readonly #sums = new Map<string, { totalMs: number; count: number }>()

  /** What is no list of metrics is passed over from there on, as the specification has it. */
  add(header: string): void {
    let at = 0
    for (;;) {
      const name = matched(NAME, header, at)
      if (name === undefined) return
      at += name[0].length
      const parameters = readParameters(header, at)
      at = parameters.end
      if (Number.isFinite(parameters.duration)) this.#count(name[1] ?? '', parameters.duration, 1)
      const comma = matched(COMMA, header, at)
      if (comma === undefined) return
      at += comma[0].length
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

/** Of parameters of one name the first counts. @returns the duration, NaN where there is none, and where they end. */
function readParameters(header: string, from: number): { readonly duration: number; readonly end: number } {
  let duration: number | undefined
  let end = from
  for (;;) {
    const parameter = matched(PARAMETER, header, end)
    if (parameter === undefined) return { duration: duration ?? Number.NaN, end }
    const [all, name = '', quoted, plain = ''] = parameter
    end += all.length
    if (name.toLowerCase() === 'dur') duration ??= Number.parseFloat(quoted ?? plain)
  }
}

/** @param sticky matches where it is told to begin. */
function matched(sticky: RegExp, text: string, at: number): RegExpExecArray | undefined {
  sticky.lastIndex = at
  return sticky.exec(text) ?? undefined
}
