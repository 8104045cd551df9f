import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { messageOf } from '../../../core/errors.ts'
import { keepUnoptimisedWrappers } from '../../unoptimised-wrappers.ts'
import type { PrepareJob, PrepareReply } from './prepare-messages.ts'

/** Preparing takes seconds at most, but for models of gigabytes. */
const LONGEST_MS = 10 * 60 * 1000
/** A thread ends by itself once it has answered, and may take the process with it where it is cut off. */
const GRACE_MS = 2_000

/** How the thread ended without an answer. */
export interface ThreadDeath {
  readonly status: 'died'
  /** Half a sentence. */
  readonly reason: string
}

/** Prepares a model in a thread of its own. It has ended when this resolves, unless a native run keeps it from ending. */
export async function prepareInThread(job: PrepareJob): Promise<PrepareReply | ThreadDeath> {
  keepUnoptimisedWrappers()
  const worker = new Worker(new URL(`./prepare-thread${extname(import.meta.url)}`, import.meta.url), {
    workerData: job,
  })
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  let timer: NodeJS.Timeout | undefined
  const reply = await new Promise<PrepareReply | ThreadDeath>((resolve) => {
    const die = (reason: string): void => resolve({ status: 'died', reason })
    worker.once('message', resolve)
    worker.once('error', (error) => die(describe(error)))
    worker.once('exit', (code) => die(`its thread ended with ${code}`))
    timer = setTimeout(() => die(`it took longer than ${LONGEST_MS / 60_000} minutes`), LONGEST_MS)
  })
  clearTimeout(timer)
  await Promise.race([ended, sleep(GRACE_MS, undefined, { ref: false })])
  // Nothing ends a thread in the middle of a native run.
  await Promise.race([worker.terminate(), sleep(GRACE_MS, undefined, { ref: false })])
  return reply
}

function describe(error: unknown): string {
  const isOutOfMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return isOutOfMemory ? 'it took more memory than a thread may have' : messageOf(error)
}
