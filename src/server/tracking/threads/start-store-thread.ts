import { Worker } from 'node:worker_threads'
import { siblingModule } from '../../../runtime/pool/sibling-module.ts'
import type { StoreThreadData } from './store-messages.ts'

/** What a call leaves behind is gone with it; V8 would let each thread's young generation grow to 48 MB. */
const YOUNG_GENERATION_MB = 24

export function startStoreThread(data: StoreThreadData): Worker {
  return new Worker(new URL(siblingModule(import.meta.url, 'store-thread')), {
    workerData: data,
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
      ...(data.heapMb === undefined ? {} : { maxOldGenerationSizeMb: data.heapMb }),
    },
  })
}
