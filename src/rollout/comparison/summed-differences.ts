import type { SummedDifference } from '../rollout-messages.ts'

interface Sum {
  readonly output: string
  excess: number | undefined
  different: number
  elements: number
  labels: { different: number; rows: number } | undefined
}

/** Adds up differences by output: elements and labels are summed, of excesses the largest is kept. */
export class SummedDifferences {
  readonly #most: number
  readonly #sums = new Map<string, Sum>()

  /** @param most outputs that are kept; others are left out. */
  constructor(most: number) {
    this.#most = most
  }

  add({ output, excess, different, elements, labels }: SummedDifference): void {
    const sum = this.#sumOf(output)
    if (sum === undefined) return
    if (excess !== undefined) sum.excess = Math.max(sum.excess ?? 0, excess)
    sum.different += different
    sum.elements += elements
    if (labels === undefined) return
    sum.labels ??= { different: 0, rows: 0 }
    sum.labels.different += labels.different
    sum.labels.rows += labels.rows
  }

  list(): SummedDifference[] {
    return Array.from(this.#sums.values(), ({ output, excess, different, elements, labels }) => ({
      ...{ output, different, elements },
      ...(excess === undefined ? {} : { excess }),
      ...(labels === undefined ? {} : { labels: { ...labels } }),
    }))
  }

  #sumOf(output: string): Sum | undefined {
    const known = this.#sums.get(output)
    if (known !== undefined || this.#sums.size >= this.#most) return known
    const sum: Sum = { output, excess: undefined, different: 0, elements: 0, labels: undefined }
    this.#sums.set(output, sum)
    return sum
  }
}
