/** Within this time answers become known that a server has given at once. */
const BURST_MS = 50

interface Burst {
  /** When its first answer was there, which counts for all of it. */
  readonly answeredAt: number
  /** The control has given a quick answer since. */
  isOver: boolean
}

/**
 * Which slow answers are events of their own. While an event loop stalls, or others have the processor, all requests that are under
 * way become slow together, which says no more than one of them. So of a variant's slow answers one counts, until the control
 * gives one that is not slow, or one comes that began after the first was there, and not in the same moment. Only bad events are
 * left out: a guard never sees a larger part of them than there is.
 */
export class SlowBursts {
  /** By variant; the control has none. */
  readonly #bursts = new Map<number, Burst>()

  /** @returns false for a slow answer that another one has told of already */
  counts(variant: number, milliseconds: number, isSlow: boolean, now: number): boolean {
    if (variant === 0) {
      if (!isSlow) this.#end()
      return true
    }
    if (!isSlow) return true
    const burst = this.#bursts.get(variant)
    if (burst !== undefined && !burst.isOver && !isLater(burst, milliseconds, now)) return false
    this.#bursts.set(variant, { answeredAt: now, isOver: false })
    return true
  }

  #end(): void {
    for (const burst of this.#bursts.values()) burst.isOver = true
  }
}

/** After a clock was set back no answer is known to be of the same burst. */
function isLater({ answeredAt }: Burst, milliseconds: number, now: number): boolean {
  const sinceMs = now - answeredAt
  return sinceMs < 0 || sinceMs >= Math.max(BURST_MS, milliseconds)
}
