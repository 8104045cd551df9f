/** Predicts the time of a run from those that were measured, in milliseconds; more rows never take less. */
export class MeasuredTimes {
  readonly #measured = new Map<number, number[]>()
  #medians: readonly (readonly [rows: number, ms: number])[] | undefined

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

  /** On straight lines between the medians, beyond the last one on the line from nothing. 0 before anything is known. */
  predict(rows: number): number {
    this.#medians ??= this.#line()
    let [fromRows, fromMs] = [0, 0]
    for (const [toRows, toMs] of this.#medians) {
      if (rows <= toRows) {
        if (fromRows === 0) return toMs
        return fromMs + ((toMs - fromMs) * (rows - fromRows)) / (toRows - fromRows)
      }
      ;[fromRows, fromMs] = [toRows, toMs]
    }
    return fromRows === 0 ? 0 : (fromMs * rows) / fromRows
  }

  /** As it is known now. */
  snapshot(): (rows: number) => number {
    const copy = new MeasuredTimes()
    copy.#medians = this.#line()
    return (rows) => copy.predict(rows)
  }

  /** A size takes no longer than any larger one did: what did was held up by something else. */
  #line(): readonly (readonly [number, number])[] {
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
