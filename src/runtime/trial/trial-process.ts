/**
 * The program that tries one model: loads it as a server does, in a thread of its own, lets it answer the requests
 * it brings along, tests its batches, unloads it, and says so. This thread runs nothing of the model, so that it
 * hears when its parent is gone and ends then, whatever the model does.
 */
import { messageOf, ServingError, serializeError, unavailable } from '../../core/errors.ts'
import { SILENT_LOG } from '../runtime-log.ts'
import { stepBack } from './step-back.ts'
import type { TrialJob, TrialMessage } from './trial-messages.ts'

stepBack()
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.once('message', (job) => {
  tryOut(job as TrialJob).then(
    () => tell({ kind: 'passed' }),
    (error: unknown) => tell({ kind: 'failed', error: serializeError(withCause(error)) }),
  )
})

async function tryOut({ flavorTable, prepare = {}, ...job }: TrialJob): Promise<void> {
  const [{ loadModel }, { WorkerThreads }, { DEFAULT_LIMITS }] = await Promise.all([
    import('../load/load-model.ts'),
    import('../pool/worker-threads.ts'),
    import('../admission/admission.ts'),
  ])
  const model = await loadModel({
    ...job,
    placement: 'pool',
    threads: new WorkerThreads({ maxThreads: 1 }),
    planFor: () => ({ workers: 1, intraOpThreads: 1 }),
    limits: DEFAULT_LIMITS,
    prepare: { ...prepare, warn: (message) => tell({ kind: 'warning', message }) },
    onStage: (stage) => tell({ kind: 'stage', stage }),
    // What there is to say of the model, the server says when it loads it.
    log: SILENT_LOG,
    ...(flavorTable === undefined ? {} : { flavorTable }),
  })
  await model.tuned
  const { workers, workersLost, workerRestarts } = model.stats()
  // A run of the input example may have ended it, which fails no load.
  if (workers === 0 || workersLost + workerRestarts > 0)
    throw unavailable('The thread that ran the model ended')
  tell({ kind: 'stage', stage: 'closing' })
  await model.retire('The trial is over', 0)
}

function tell(message: TrialMessage): void {
  process.send?.(message)
}

/** Only the message of an error crosses, and of a thread's death the cause says more. */
function withCause(error: unknown): unknown {
  if (!(error instanceof ServingError) || error.code !== 'TEMPORARILY_UNAVAILABLE') return error
  const { code, message, cause } = error
  return cause === undefined ? error : new ServingError(code, `${message}: ${messageOf(cause)}`)
}
