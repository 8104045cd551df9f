import type { PoolStats } from '../served-model.ts'
import type { DroppedBodies } from './dropped-bodies.ts'
import type { PoolCall } from './pool-call.ts'
import type { WorkerThreads } from './worker-threads.ts'

export interface PoolStatsSources {
  readonly threads: WorkerThreads
  /** Calls that no worker has. */
  readonly waiting: number
  /** Calls that a worker has, begun or not. */
  readonly sent: Iterable<PoolCall>
  readonly dropped: DroppedBodies
}

/** What a pool counts, at this moment. */
export function poolStats({ threads, waiting, sent, dropped }: PoolStatsSources): PoolStats {
  let [running, queued] = [0, waiting]
  for (const call of sent) {
    if (call.isRunning) running += 1
    else queued += 1
  }
  return {
    workers: threads.size,
    running,
    queued,
    workerRestarts: threads.restarts,
    workersLost: threads.lost,
    stuckWorkers: threads.stuck,
    cancelled: dropped.cancelled,
    expired: dropped.expired,
  }
}
