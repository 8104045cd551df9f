import { performance } from 'node:perf_hooks'
import { internalError, serializeError } from '../../core/errors.ts'
import type { PredictOptions, Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { loadFlavor } from '../load-flavor.ts'
import { fromWire, outputsToWire, transferableBuffers } from './wire-tensors.ts'
import {
  type OpenMessage,
  type OpenReply,
  RunMark,
  type RunMessage,
  type RunReply,
  type WorkerMessage,
  type WorkerReply,
} from './worker-messages.ts'

/** The one model of this thread. */
let opened: { readonly predictor: Predictor; readonly marks: Int32Array } | undefined
/** The run before, finished or not: runs take turns, so that a mark `begun` means what it says. */
let previous: Promise<unknown> = Promise.resolve()

/**
 * The worker thread's side of a pool: called by piscina once for each message. Not an async function: piscina
 * awaits the very promise that the next run is chained to, and awaits it first, so that a reply is posted
 * before the next run blocks the thread.
 */
export default function handle(message: WorkerMessage): Promise<WorkerReply> {
  if (message.kind === 'start') return Promise.resolve({ status: 'started' })
  if (message.kind === 'open') return open(message)
  const turn = previous.then(() => run(message))
  previous = turn
  return turn
}

async function open(message: OpenMessage): Promise<OpenReply> {
  try {
    const flavor = await loadFlavor(message.mlmodel, message.flavorTable)
    const predictor = await flavor.load(message.mlmodel, { intraOpThreads: message.intraOpThreads })
    opened = { predictor, marks: message.marks }
    const { inputs, outputs, maxBatchRows, batchable } = predictor
    return { status: 'opened', model: { inputs, outputs, maxBatchRows, batchable } }
  } catch (error) {
    return { status: 'failed', error: serializeError(error) }
  }
}

async function run(message: RunMessage): Promise<RunReply> {
  try {
    if (opened === undefined) throw internalError('A worker was told to run before it was told to open')
    const { predictor, marks } = opened
    if (Atomics.compareExchange(marks, message.slot, RunMark.sent, RunMark.begun) !== RunMark.sent) {
      return { status: 'withdrawn' }
    }
    const begunAt = performance.now()
    const outputs = await predictor.predict(fromWire(message.inputs), optionsOf(message))
    const computeMs = performance.now() - begunAt
    Atomics.store(marks, message.slot, RunMark.finished)
    return await done(outputs, computeMs)
  } catch (error) {
    return { status: 'failed', error: serializeError(error) }
  }
}

function optionsOf(message: RunMessage): PredictOptions {
  return {
    ...(message.outputs === undefined ? {} : { outputs: message.outputs }),
    ...(message.parameters === undefined ? {} : { parameters: message.parameters }),
  }
}

/** The reply, with large outputs transferred. piscina is imported for those only: it costs a worker's start. */
async function done(tensors: TensorMap, computeMs: number): Promise<RunReply> {
  const outputs = outputsToWire(tensors)
  const reply: RunReply = { status: 'done', outputs, computeMs }
  const buffers = transferableBuffers(outputs)
  if (buffers.length === 0) return reply
  const piscina = await import('piscina')
  // piscina unwraps what `move` marks before it posts it.
  const moved = { [piscina.transferableSymbol]: buffers, [piscina.valueSymbol]: reply }
  return piscina.move(moved) as unknown as RunReply
}
