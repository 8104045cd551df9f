import { serializeError } from '../../core/errors.ts'
import { loadFlavor } from '../load-flavor.ts'
import { ModelWorker } from './model-worker.ts'
import type { OpenMessage, WorkerMessage, WorkerReply } from './worker-messages.ts'
import { yieldToOthers } from './yield-to-others.ts'

let model: ModelWorker | undefined

/** The worker thread's side of a pool: called by piscina once for each message. Runs come by a port of their own. */
export default async function handle(message: WorkerMessage): Promise<WorkerReply> {
  if (message.kind === 'end') return await end()
  if (message.kind === 'empty') return await empty()
  return message.kind === 'start' ? { status: 'started' } : await open(message)
}

async function empty(): Promise<WorkerReply> {
  try {
    await model?.close()
    model = undefined
    return { status: 'emptied' }
  } catch (error) {
    return { status: 'failed', error: serializeError(error) }
  }
}

async function open(message: OpenMessage): Promise<WorkerReply> {
  try {
    // Before the engine starts threads of its own, which are then like this one.
    yieldToOthers()
    const { mlmodel, intraOpThreads, flavorTable, port, shared } = message
    const flavor = await loadFlavor(mlmodel, flavorTable)
    const predictor = await flavor.load(mlmodel, { intraOpThreads })
    model = new ModelWorker({ mlmodel, predictor, port, shared })
    model.listen()
    const { inputs, outputs, maxBatchRows, batchable } = predictor
    return { status: 'opened', model: { inputs, outputs, maxBatchRows, batchable } }
  } catch (error) {
    return { status: 'failed', error: serializeError(error) }
  }
}

/** Ends the thread at a place where the engine is at nothing and holds nothing any more. */
async function end(): Promise<never> {
  try {
    await model?.close()
  } finally {
    process.exit()
  }
}
