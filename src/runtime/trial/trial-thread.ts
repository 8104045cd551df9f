/**
 * The thread that watches over one trial. The system copies what it knows of a process's memory when a process is started from
 * it, which takes tens of milliseconds where there is much: not in the thread that serves.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { yieldToOthers } from '../pool/yield-to-others.ts'
import type { FromTrialThread, TrialThreadData } from './trial-messages.ts'
import { WatchedTrial } from './watched-trial.ts'

// The process is as nice as the thread that starts it, from its first instruction on.
yieldToOthers()
const trial = new WatchedTrial(workerData as TrialThreadData, (message) => tell({ kind: 'warning', message }))
// Whatever comes means that nobody wants to know any more.
parentPort?.once('message', () => trial.giveUp())
tell({ kind: 'over', outcome: await trial.outcome() })
parentPort?.close()

function tell(message: FromTrialThread): void {
  parentPort?.postMessage(message)
}
