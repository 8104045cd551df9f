import { parentPort, workerData } from 'node:worker_threads'
import { serializeError } from '../../../core/errors.ts'
import { EngineBroken, OutOfMemory } from '../engines/backend.ts'
import { MissingKernel } from '../engines/missing-kernel.ts'
import type { ThreadDeath } from './prepare-in-thread.ts'
import type { PrepareJob, PrepareReply } from './prepare-messages.ts'
import { settle } from './settle.ts'

/** A thread that prepares one model and is ended then: TF.js gives memory back no sooner. */
async function answer(): Promise<PrepareReply | ThreadDeath> {
  try {
    return { status: 'settled', ...(await settle(workerData as PrepareJob)) }
  } catch (error) {
    if (error instanceof MissingKernel) return { status: 'unable', lack: `has no ${error.kernel}` }
    if (error instanceof OutOfMemory) return { status: 'died', reason: error.message }
    if (error instanceof EngineBroken) return { status: 'unable', lack: `broke under it: ${error.message}` }
    return { status: 'failed', error: serializeError(error) }
  }
}

parentPort!.postMessage(await answer())
process.exit()
