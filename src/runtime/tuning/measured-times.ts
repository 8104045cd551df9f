/** Numbers of rows, ascending, and the milliseconds of a run of so many. */
export type TimeLine = readonly (readonly [rows: number, ms: number])[]

/** On straight lines between what is known, beyond the last one on the line from nothing. 0 where nothing is known. */
export function timeAlong(line: TimeLine, rows: number): number {
  let [fromRows, fromMs] = [0, 0]
  for (const [toRows, toMs] of line) {
    if (rows <= toRows) {
      if (fromRows === 0) return toMs
      return fromMs + ((toMs - fromMs) * (rows - fromRows)) / (toRows - fromRows)
    }
    ;[fromRows, fromMs] = [toRows, toMs]
  }
  return fromRows === 0 ? 0 : (fromMs * rows) / fromRows
}

/** Predicts the time of a run from those that were measured, in milliseconds; more rows never take less. */
export class MeasuredTimes {
  readonly #measured = new Map<number, number[]>()
  #medians: TimeLine | undefined

  note(rows: number, ms: number): void {
    const times = this.#measured.get(rows)
    if (times === undefined) this.#measured.set(rows, [ms])
    else times.push(ms)
    this.#medians = undefined
  }

  /** How often so many rows were measured. */
  count(rows: number): number {
    return this.#measured.get(rows)?.length ?? 0
  }

  /** The shortest of the measured times: what others did to the machine meanwhile only adds to it. */
  shortest(rows: number): number {
    return Math.min(...(this.#measured.get(rows) ?? [Number.POSITIVE_INFINITY]))
  }

  /** As `timeAlong` what is known now. */
  predict(rows: number): number {
    this.#medians ??= this.line()
    return timeAlong(this.#medians, rows)
  }

  /**
   * Numbers of rows and the median time of each, ascending. A size takes no longer than any larger one did: what did
   * was held up by something else.
   */
  line(): TimeLine {
    let least = Number.POSITIVE_INFINITY
    return [...this.#measured]
      .sort(([a], [b]) => b - a)
      .map(([rows, times]) => {
        least = Math.min(least, median(times))
        return [rows, least] as const
      })
      .reverse()
  }
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}
