import type { PoolThread } from './pool-call.ts'

/** The thread that holds the fewest runs, if one holds fewer than `bound`. */
export function leastLoaded(threads: Iterable<PoolThread>, bound: number): PoolThread | undefined {
  let least: PoolThread | undefined
  let load = bound
  for (const thread of threads) {
    if (thread.load >= load) continue
    least = thread
    load = thread.load
  }
  return least
}
