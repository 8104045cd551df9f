import { Batch } from './batch.ts'
import { halves } from './batch-failure.ts'
import type { BatchPart } from './batch-part.ts'
import type { RowJoining } from './row-joining.ts'
import type { Grouping } from './waiting-calls.ts'

/** Parts of a failed run that fit by `joining`, to be run by themselves. */
interface Group {
  readonly parts: readonly BatchPart[]
  readonly joining: RowJoining | undefined
}

/** What is run again after a failure, oldest first. */
export class RunsAgain {
  readonly #groups: Group[] = []

  get empty(): boolean {
    return this.#groups.length === 0
  }

  /** All that wait here, those of calls included that have their answers. */
  get parts(): readonly BatchPart[] {
    return this.#groups.flatMap(({ parts }) => parts)
  }

  /** @param groups each for a run of its own. */
  add(groups: readonly (readonly BatchPart[])[], joining: RowJoining | undefined): void {
    for (const parts of groups) this.#groups.push({ parts, joining })
  }

  /**
   * The next run that somebody waits for. Several parts run together only by a size that `grouping` has: others are
   * halved. A part alone runs as it is, even if no run of its size was warmed, since cutting it on would change
   * neither its error nor its neighbours.
   */
  next(grouping: Grouping | undefined): Batch | undefined {
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      const { joining } = group
      const parts = group.parts.filter(({ call }) => !call.settled)
      const batch = new Batch(parts, joining)
      const fits = grouping?.joining === joining && grouping?.sizes.has(batch.rows)
      if (parts.length === 1 || (parts.length > 1 && fits)) return batch
      if (parts.length > 1) this.#groups.unshift(...halves(parts).map((half) => ({ parts: half, joining })))
    }
    return undefined
  }
}
