import { Worker } from 'node:worker_threads'
import { heapLimitMb } from '../runtime/cores.ts'
import { siblingModule } from '../runtime/pool/sibling-module.ts'
import type { ListenerData } from './listener-data.ts'

/** Three times one half: V8 counts the space that it copies survivors to, and as much again. */
const YOUNG_GENERATION_MB = 24

/** @param memoryBytes of the machine. */
export function startListenerThread(data: ListenerData, memoryBytes: number): Worker {
  return new Worker(new URL(siblingModule(import.meta.url, 'listener-thread')), {
    workerData: data,
    // The young generation as young-generation.ts bounds it in the main thread, by a flag that holds for all threads.
    resourceLimits: {
      maxOldGenerationSizeMb: heapLimitMb(data.listeners, memoryBytes),
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
    },
  })
}
