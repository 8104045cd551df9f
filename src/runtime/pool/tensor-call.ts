import { performance } from 'node:perf_hooks'
import type { TensorMap } from '../../core/tensor.ts'
import { rowCount } from '../../core/tensor-rows.ts'
import { PoolCall, type PoolCallInit, type RunTime, type Seat } from './pool-call.ts'
import { fromWire, inputsToWire } from './wire-tensors.ts'
import type { RunMessage, RunReply } from './worker-messages.ts'

/** A call with tensors. Whoever batches knows better than a pool what to do after a worker's death: no retries. */
export class TensorCall extends PoolCall<TensorMap> {
  readonly inputs: TensorMap

  constructor(inputs: TensorMap, init: PoolCallInit<TensorMap>) {
    super(init)
    this.inputs = inputs
  }

  override message({ thread, slot }: Seat): RunMessage {
    const packing = thread.pack(slot, this.inputs)
    const { outputs, parameters } = this.options
    const plain = outputs === undefined && (parameters === undefined || parameters.size === 0)
    if (plain && packing !== undefined && packing.memory === undefined) return slot
    const run = {
      slot,
      ...(outputs === undefined ? undefined : { outputs }),
      ...(parameters === undefined ? undefined : { parameters }),
    }
    if (packing !== undefined) return { kind: 'packed', ...run, ...packing }
    return { kind: 'tensors', ...run, inputs: inputsToWire(this.inputs) }
  }

  protected override succeedWith(reply: RunReply, { thread, slot }: Seat): RunTime | undefined {
    if (typeof reply === 'number') {
      const packed = thread.outputsOf(slot)
      return this.#answer(packed.copy(), packed.note)
    }
    return reply.status === 'done' ? this.#answer(fromWire(reply.outputs), reply.computeMs) : undefined
  }

  #answer(outputs: TensorMap, computeMs: number): RunTime {
    const { timing } = this.options
    if (timing !== undefined && !this.settled) {
      timing.compute = computeMs
      timing.queue = Math.max(0, performance.now() - this.queuedAt - computeMs)
      timing.batchRows = rowCount(this.inputs)
    }
    this.succeed(outputs)
    return { computeMs, totalMs: computeMs }
  }
}
