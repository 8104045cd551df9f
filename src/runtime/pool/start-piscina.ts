import { Piscina, queueOptionsSymbol } from 'piscina'
import { siblingModule } from './sibling-module.ts'
import type { WorkerMessage, WorkerReply } from './worker-messages.ts'
import type { WorkerTask } from './worker-task.ts'

export interface ThreadLimits {
  /** The most threads there will be at the same time. */
  readonly maxThreads: number
  /** Limit of each worker's JavaScript heap; the engine's own memory does not count. */
  readonly maxHeapMb: number
}

/** As V8 takes of itself for a large heap. */
const YOUNG_MB = 48

/** The symbol is for the balancer; being a symbol, it does not cross to the worker. */
export type Addressed<Message> = Message & { readonly [queueOptionsSymbol]: WorkerTask }

/** No thread is started yet. Each task says itself which worker it is for. */
export function startPiscina({
  maxThreads,
  maxHeapMb,
}: ThreadLimits): Piscina<Addressed<WorkerMessage>, WorkerReply> {
  return new Piscina<Addressed<WorkerMessage>, WorkerReply>({
    filename: siblingModule(import.meta.url, 'worker'),
    minThreads: 0,
    maxThreads,
    idleTimeout: Number.POSITIVE_INFINITY,
    // The few messages that piscina carries need no speed; in `sync` an idle worker would hear nothing of its port.
    atomics: 'disabled',
    recordTiming: false,
    loadBalancer: (task, workers) => (task[queueOptionsSymbol] as WorkerTask).choose(workers) ?? null,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb, maxYoungGenerationSizeMb: YOUNG_MB },
  })
}
