/** A thread that sends a share of a load: it gets ready, says so, begins when it is told, and posts its result. */
import { parentPort, workerData } from 'node:worker_threads'
import { serializeError } from '../../core/errors.ts'
import { LoadShare } from './load-share.ts'
import type { SharePlan, StartMessage, ThreadMessage } from './messages.ts'

const PROGRESS_MS = 1000

// Only the one who started this thread has given it data and talks to it.
const { plan, thread } = workerData as SharePlan

function post(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}

async function send(): Promise<void> {
  const share = await LoadShare.open({ plan, thread })
  const start = Promise.withResolvers<StartMessage>()
  parentPort?.once('message', start.resolve)
  post({ kind: 'ready' })
  const { startAt } = await start.promise
  if (plan.tellsProgress)
    setInterval(() => post({ kind: 'progress', ...share.progress() }), PROGRESS_MS).unref()
  post({ kind: 'done', result: await share.run(startAt) })
}

await send().catch((error: unknown) => post({ kind: 'failed', error: serializeError(error) }))
