import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import type { Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { newTiming } from '../../core/timing.ts'

const TIME_BOX_MS = 100
const MOST_RUNS = 20
/** The first runs of an engine allocate what the later ones use again. */
const WARM_UPS = 3
/** Where the engine is fast and the machine is busy, the time that runs wait for a CPU must not leave too few of them. */
const LONGEST_MS = 1_000
const MOST_TRIES = 4

export interface RowTiming {
  /** `performance.now()` past which a run is given up. */
  readonly deadline: number
  /** A time from here on has consequences, and is taken again where a single run was shorter. */
  readonly thresholdMs: number
}

/**
 * The time, in milliseconds, that the engine takes for `inputs`: the median of a few runs, after others to warm up. Takes
 * about 100 ms of the engine at most, unless a single run takes longer. A thread that was kept from its CPU does not
 * decide: the least of several medians does, where some runs were under the threshold and the median is not.
 * @throws what the predictor throws.
 */
export async function medianRunMs(
  predictor: Predictor,
  inputs: TensorMap,
  { deadline, thresholdMs }: RowTiming,
): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const times = await runTimes(predictor, inputs, deadline)
    least = Math.min(least, times[times.length >> 1]!)
    if (least < thresholdMs || times[0]! >= thresholdMs) break
  }
  return least
}

/** Of warm runs, from the shortest to the longest. */
async function runTimes(predictor: Predictor, inputs: TensorMap, deadline: number): Promise<number[]> {
  const end = performance.now() + LONGEST_MS
  const times: number[] = []
  let spentMs = 0
  do {
    // Others may be served in this thread meanwhile.
    await setImmediate()
    const timing = newTiming()
    await predictor.predict(inputs, { timing, deadline })
    times.push(timing.compute)
    spentMs += timing.compute
  } while (times.length < MOST_RUNS && spentMs < TIME_BOX_MS && performance.now() < end)
  const warm = times.length > WARM_UPS ? times.slice(WARM_UPS) : times.slice(-1)
  return warm.sort((a, b) => a - b)
}
