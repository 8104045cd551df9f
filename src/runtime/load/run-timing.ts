import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import type { Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { newTiming } from '../../core/timing.ts'

const TIME_BOX_MS = 100
const MOST_RUNS = 20
/** The first runs of an engine allocate what the later ones use again. */
const WARM_UPS = 3

/**
 * The median time, in milliseconds, that the engine takes for `inputs`, after a few runs to warm up. Takes
 * about 100 ms at most, unless a single run takes longer.
 * @param deadline `performance.now()` past which a run is given up.
 * @throws what the predictor throws.
 */
export async function medianRunMs(
  predictor: Predictor,
  inputs: TensorMap,
  deadline: number,
): Promise<number> {
  const end = performance.now() + TIME_BOX_MS
  const times: number[] = []
  do {
    // Others may be served in this thread meanwhile.
    await setImmediate()
    const timing = newTiming()
    await predictor.predict(inputs, { timing, deadline })
    times.push(timing.compute)
  } while (times.length < MOST_RUNS && performance.now() < end)
  const warm = times.length > WARM_UPS ? times.slice(WARM_UPS) : times.slice(-1)
  warm.sort((a, b) => a - b)
  return warm[warm.length >> 1]!
}
