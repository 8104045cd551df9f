import { setTimeout as sleep } from 'node:timers/promises'
import type { ModelPreparation } from './load/model-preparation.ts'
import type { LoadedModel } from './loaded-model.ts'

/** On a busy machine the pauses in which batches are proved are few: then the new model is served with smaller ones. */
const LONGEST_MS = 30_000
const POLL_MS = 20

/**
 * Waits until loaded models batch as many rows as those in whose place they come, or have found out how many they can; while
 * others are served, that is done in pauses alone.
 */
export async function warmUp(preparation: ModelPreparation, served: readonly LoadedModel[]): Promise<void> {
  const rows = Math.max(1, ...served.map(({ batching }) => batching.maxBatchRows))
  const end = performance.now() + LONGEST_MS
  for (const model of preparation.models) {
    let isTuned = false
    void model.tuned.then(() => {
      isTuned = true
    })
    while (!isTuned && model.batching.maxBatchRows < rows && performance.now() < end) {
      await sleep(POLL_MS, undefined, { ref: false })
      preparation.throwIfGivenUp()
    }
  }
}
