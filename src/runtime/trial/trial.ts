import { getHeapStatistics } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { messageOf } from '../../core/errors.ts'
import { siblingModule } from '../pool/sibling-module.ts'
import type { FromTrialThread, TrialJob, TrialOutcome, TrialThreadData } from './trial-messages.ts'
import type { TrialLimits } from './trial-options.ts'

export interface TrialPlan {
  readonly job: TrialJob
  readonly limits: TrialLimits
  /** Ends the trial. */
  readonly signal: AbortSignal
  /** Told what a user should know of the model. */
  warn(message: string): void
}

/** Tries a model in a process of its own. That has ended, and left nothing behind, when this resolves. Never rejects. */
export async function tryModel({ job, limits, signal, warn }: TrialPlan): Promise<TrialOutcome> {
  // A heap that this process may not have is of no use to try.
  const workerData: TrialThreadData = { job, limits, heapBytes: getHeapStatistics().heap_size_limit }
  const thread = new Worker(new URL(siblingModule(import.meta.url, 'trial-thread')), { workerData })
  const giveUp = (): void => thread.postMessage('give up')
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp)
  try {
    return await outcomeOf(thread, warn)
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

/** Settles when the thread has ended. */
function outcomeOf(thread: Worker, warn: TrialPlan['warn']): Promise<TrialOutcome> {
  let outcome = notStarted('its thread ended')
  return new Promise((resolve) => {
    thread.on('message', (message: FromTrialThread) => {
      if (message.kind === 'warning') warn(message.message)
      else outcome = message.outcome
    })
    thread.once('error', (error) => {
      outcome = notStarted(messageOf(error))
    })
    thread.once('exit', () => resolve(outcome))
  })
}

function notStarted(reason: string): TrialOutcome {
  return { end: { how: 'not-started', reason }, stage: 'reading', totalMs: 0, peakBytes: 0, output: '' }
}
