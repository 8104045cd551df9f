import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { TensorMap } from '../../core/tensor.ts'
import { PackedTensors } from './packed-tensors.ts'
import {
  type OpenedModel,
  RunMark,
  type RunMessage,
  type RunReply,
  type SharedParts,
} from './worker-messages.ts'

/** Runs that a worker may hold at once: the one that it works on and one handed over in advance. */
export const SLOTS = 2

/** Packed inputs begin with so much memory a slot, which grows with them up to this much; larger ones get their own. */
const FIRST_INPUT_BYTES = 8 * 1024
const MOST_INPUT_BYTES = 1024 * 1024
const OUTPUT_BYTES = 64 * 1024

/** `memory` is set where the worker does not know the memory of the slot yet. */
interface Packing {
  readonly memory?: SharedArrayBuffer
}

const IN_PLACE: Packing = {}

/** Who is told what a worker answers. */
export interface ReplyReceiver<Call> {
  onReply(thread: WorkerThread<Call>, slot: number, reply: RunReply): void
}

export interface WorkerThreadInit<Call> {
  readonly id: number
  /** The pool's end; the worker has the other. */
  readonly port: MessagePort
  readonly shared: SharedParts
  readonly model: OpenedModel
  readonly receiver: ReplyReceiver<Call>
}

/**
 * One opened worker as its pool sees it: which runs it holds, and by the shared marks how far they have come. Runs
 * go by a port of their own, since piscina's way costs three times as much (docs/decisions/0020).
 */
export class WorkerThread<Call> {
  readonly id: number
  readonly #port: MessagePort
  readonly #marks: Int32Array
  readonly #model: OpenedModel
  readonly #inputs: PackedTensors[]
  /** The memory of each slot that the worker knows of. */
  readonly #announced: SharedArrayBuffer[]
  readonly #outputs: readonly PackedTensors[]
  readonly #receiver: ReplyReceiver<Call>
  readonly #held: (Call | undefined)[] = new Array<undefined>(SLOTS).fill(undefined)
  #load = 0

  static newShared(): SharedParts {
    return {
      marks: new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT)),
      inputs: Array.from({ length: SLOTS }, () => new SharedArrayBuffer(FIRST_INPUT_BYTES)),
      outputs: Array.from({ length: SLOTS }, () => new SharedArrayBuffer(OUTPUT_BYTES)),
    }
  }

  constructor({ id, port, shared, model, receiver }: WorkerThreadInit<Call>) {
    this.id = id
    this.#port = port
    this.#marks = shared.marks
    this.#model = model
    this.#inputs = shared.inputs.map((memory) => new PackedTensors(memory, model.inputs))
    this.#announced = [...shared.inputs]
    this.#outputs = shared.outputs.map((memory) => new PackedTensors(memory, model.outputs))
    this.#receiver = receiver
    port.on('message', (reply: RunReply) => this.#take(reply))
    port.unref()
  }

  /** Number of runs held. */
  get load(): number {
    return this.#load
  }

  /** Takes a free slot for `call`; the caller has seen that `load` is under `SLOTS`. */
  take(call: Call): number {
    const slot = this.#held.indexOf(undefined)
    this.#held[slot] = call
    this.#load += 1
    Atomics.store(this.#marks, slot, RunMark.sent)
    return slot
  }

  /** Frees a slot. @returns the call that it was taken for, which may have gone elsewhere. */
  release(slot: number): Call {
    const call = this.#held[slot]!
    this.#held[slot] = undefined
    this.#load -= 1
    if (this.#load === 0) this.#port.unref()
    return call
  }

  /** @throws DOMException where the message cannot be cloned; nothing was sent then. */
  post(message: RunMessage): void {
    this.#port.postMessage(message)
    if (typeof message !== 'number' && message.kind === 'packed' && message.memory !== undefined) {
      this.#announced[message.slot] = message.memory
    }
    if (this.#load === 1) this.#port.ref()
  }

  /** Packs the inputs of a run into the memory of its slot; undefined where they are too large or cannot be packed. */
  pack(slot: number, inputs: TensorMap): Packing | undefined {
    let packed = this.#inputs[slot]!
    const size = packed.sizeOf(inputs)
    if (size === undefined || size > MOST_INPUT_BYTES) return undefined
    if (size > packed.memory.byteLength) {
      const larger = new SharedArrayBuffer(2 ** Math.ceil(Math.log2(size)))
      packed = new PackedTensors(larger, this.#model.inputs)
      this.#inputs[slot] = packed
    }
    packed.write(inputs)
    const { memory } = packed
    return memory === this.#announced[slot] ? IN_PLACE : { memory }
  }

  outputsOf(slot: number): PackedTensors {
    return this.#outputs[slot]!
  }

  /** Whether the engine has it: begun, and not finished. */
  isRunning(slot: number): boolean {
    return Atomics.load(this.#marks, slot) === RunMark.begun
  }

  /** Takes a run back that has not begun. False where it has: then its reply is still to come. */
  withdraw(slot: number): boolean {
    return Atomics.compareExchange(this.#marks, slot, RunMark.sent, RunMark.withdrawn) === RunMark.sent
  }

  /** To be called when the thread is gone: takes what it had answered until then. @returns the slots without an answer. */
  end(): number[] {
    for (let reply = this.#received(); reply !== undefined; reply = this.#received()) this.#pass(reply)
    this.#port.close()
    return this.#held.flatMap((call, slot) => (call === undefined ? [] : [slot]))
  }

  /** Takes what it has answered, without waiting for the event loop to come to it. */
  receive(): void {
    if (this.#load > 0) this.#take(this.#received())
  }

  /** What else has come is taken along, since an event of its own costs more; not more of it, since others wait too. */
  #take(first: RunReply | undefined): void {
    let reply = first
    for (let left = SLOTS; reply !== undefined; reply = left > 0 ? this.#received() : undefined) {
      left -= 1
      this.#pass(reply)
    }
  }

  #pass(reply: RunReply): void {
    this.#receiver.onReply(this, typeof reply === 'number' ? reply : reply.slot, reply)
  }

  #received(): RunReply | undefined {
    return receiveMessageOnPort(this.#port)?.message as RunReply | undefined
  }
}
