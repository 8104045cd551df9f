import { Worker } from 'node:worker_threads'
import { siblingModule } from '../../../../runtime/pool/sibling-module.ts'
import type { SupervisorLog } from '../../../../supervisor/supervisor-log.ts'
import { RolloutThreadHandle } from './rollout-thread-handle.ts'
import type { RolloutThreadData } from './rollout-thread-messages.ts'

/** Starts what keeps the rollouts of a server, in a thread of its own. */
export function startRolloutThread(
  data: Omit<RolloutThreadData, 'known'>,
  log: SupervisorLog,
): RolloutThreadHandle {
  const module = new URL(siblingModule(import.meta.url, 'rollout-thread'))
  return new RolloutThreadHandle({
    startThread: (known) =>
      new Worker(module, { workerData: { ...data, known } satisfies RolloutThreadData }),
    log,
  })
}
