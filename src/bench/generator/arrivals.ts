import type { ArrivalPattern } from '../load.ts'

/** @returns the next intended arrival, in milliseconds from the start; never smaller than the one before. */
export type Arrivals = () => number

/** Of the threads that send a load together, the one whose arrivals are asked for. */
export interface ThreadPlace {
  readonly thread: number
  readonly threads: number
}

/** The arrivals of one thread: those of all together are the pattern at its whole rate. */
export function arrivalsOf(
  pattern: ArrivalPattern,
  ratePerSecond: number,
  { thread, threads }: ThreadPlace,
  random: () => number,
): Arrivals {
  switch (pattern.kind) {
    case 'poisson':
      return poissonArrivals(ratePerSecond / threads, random)
    case 'constant':
      return constantArrivals(ratePerSecond, thread, threads)
    case 'bursts':
      return burstArrivals(ratePerSecond / threads, pattern.size, random)
    case 'trace':
      return traceArrivals(pattern.timesMs, ratePerSecond, { thread, threads })
  }
}

/** Independent clients: gaps are exponentially distributed. `random` gives numbers from 0 to below 1. */
export function poissonArrivals(ratePerSecond: number, random: () => number): Arrivals {
  const meanGapMs = 1000 / ratePerSecond
  let at = 0
  return () => {
    at -= Math.log(1 - random()) * meanGapMs
    return at
  }
}

/** Equal gaps, of which each of `threads` takes its turn: together they give the whole rate. */
export function constantArrivals(ratePerSecond: number, thread = 0, threads = 1): Arrivals {
  const gapMs = 1000 / ratePerSecond
  let turn = thread
  return () => {
    // A product and not a sum, whose error would grow.
    const at = turn * gapMs
    turn += threads
    return at
  }
}

/** So many at once; bursts are independent of each other. */
function burstArrivals(ratePerSecond: number, size: number, random: () => number): Arrivals {
  const bursts = poissonArrivals(ratePerSecond / size, random)
  let at = 0
  let left = 0
  return () => {
    if (left === 0) {
      at = bursts()
      left = size
    }
    left -= 1
    return at
  }
}

/** Recorded times, which begin again one mean gap after the last of them. */
function traceArrivals(
  timesMs: readonly number[],
  ratePerSecond: number,
  { thread, threads }: ThreadPlace,
): Arrivals {
  const last = timesMs.at(-1) ?? 0
  const meanGapMs = timesMs.length > 1 ? last / (timesMs.length - 1) : 0
  const roundMs = last + (meanGapMs > 0 ? meanGapMs : 1000 / ratePerSecond)
  let turn = thread
  return () => {
    const at = timesMs[turn % timesMs.length]! + Math.floor(turn / timesMs.length) * roundMs
    turn += threads
    return at
  }
}
