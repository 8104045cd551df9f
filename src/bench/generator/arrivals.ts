/** @returns the next intended arrival, in milliseconds from the start; never smaller than the one before. */
export type Arrivals = () => number

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
