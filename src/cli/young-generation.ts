import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Both halves of the young generation together; what a request leaves behind is far smaller. */
const ENOUGH_BYTES = 16 * 1024 * 1024
const LOOK_EVERY_MS = 100
/** V8's own default. */
const DOUBLING = 2

/**
 * Keeps the young generation of this process's heaps from growing beyond what is of use. Under steady load V8 doubles
 * it up to 32 MB and more in each thread, which takes memory and saves next to no time
 * (docs/decisions/0019-young-generation-bounded.md). Its bound is a flag that must stand on the command line, but
 * how fast it grows is looked up each time.
 */
export function boundYoungGeneration(): void {
  let factor = DOUBLING
  const timer = setInterval(() => {
    const wanted = youngBytes() < ENOUGH_BYTES ? DOUBLING : 1
    if (wanted === factor) return
    factor = wanted
    setFlagsFromString(`--semi-space-growth-factor=${factor}`)
  }, LOOK_EVERY_MS)
  timer.unref()
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0
}
