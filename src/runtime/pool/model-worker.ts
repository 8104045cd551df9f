import { performance } from 'node:perf_hooks'
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { serializeError } from '../../core/errors.ts'
import type { PredictOptions, Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { PreparedModel } from '../../flavors/flavor.ts'
import type { BodyAnswering } from './body-answering.ts'
import { MemoryReturn } from './memory-return.ts'
import { PackedTensors } from './packed-tensors.ts'
import { fromWire, outputsToWire, transferableBuffers } from './wire-tensors.ts'
import {
  type BodyRun,
  type PackedRun,
  RunMark,
  type RunMessage,
  type SharedParts,
  type TensorRun,
} from './worker-messages.ts'

export interface ModelWorkerInit {
  readonly mlmodel: PreparedModel
  readonly predictor: Predictor
  /** By which runs come and are answered. */
  readonly port: MessagePort
  readonly shared: SharedParts
}

/**
 * The one model of a worker thread. Runs take turns, so that a mark `begun` means what it says; each is answered
 * before the next one blocks the thread.
 */
export class ModelWorker {
  readonly #mlmodel: PreparedModel
  readonly #predictor: Predictor
  readonly #port: MessagePort
  readonly #marks: Int32Array
  readonly #inputs: PackedTensors[]
  readonly #outputs: readonly PackedTensors[]
  readonly #waiting: RunMessage[] = []
  readonly #memory = MemoryReturn.ofWorker(() => this.#isIdle())
  #busy = false
  #runs = 0
  #runsSeen = 0
  /** Made when the first body comes: many models never get one. */
  #bodies: BodyAnswering | undefined

  constructor({ mlmodel, predictor, port, shared }: ModelWorkerInit) {
    this.#mlmodel = mlmodel
    this.#predictor = predictor
    this.#port = port
    this.#marks = shared.marks
    this.#inputs = shared.inputs.map((memory) => new PackedTensors(memory, predictor.inputs))
    this.#outputs = shared.outputs.map((memory) => new PackedTensors(memory, predictor.outputs))
  }

  listen(): void {
    this.#port.on('message', (message: RunMessage) => {
      this.#waiting.push(message)
      if (!this.#busy) void this.#work()
    })
  }

  /** Gives up the model; to be called when there is no run. */
  async close(): Promise<void> {
    this.#port.close()
    await this.#predictor.close()
  }

  /** What else has come is taken along, since an event of its own costs more; then the event loop has its turn. */
  async #work(): Promise<void> {
    this.#busy = true
    for (let left = this.#marks.length; left > 0 || this.#waiting.length > 0; left -= 1) {
      const message = this.#waiting.shift() ?? this.#received()
      if (message === undefined) break
      this.#runs += 1
      await this.#answer(message)
      this.#memory.addRun(message)
    }
    this.#busy = false
  }

  /** Whether there was no run since this was asked before; one that is here and was not begun begins. */
  #isIdle(): boolean {
    const idle = !this.#busy && this.#runs === this.#runsSeen
    this.#runsSeen = this.#runs
    if (!idle) return false
    const message = this.#received()
    if (message === undefined) return true
    this.#waiting.push(message)
    void this.#work()
    return false
  }

  #received(): RunMessage | undefined {
    return receiveMessageOnPort(this.#port)?.message as RunMessage | undefined
  }

  /** Never rejects. */
  async #answer(message: RunMessage): Promise<void> {
    const slot = typeof message === 'number' ? message : message.slot
    if (typeof message !== 'number' && message.kind === 'packed') this.#takeMemory(message)
    if (Atomics.compareExchange(this.#marks, slot, RunMark.sent, RunMark.begun) !== RunMark.sent) {
      this.#port.postMessage({ slot, status: 'withdrawn' })
      return
    }
    try {
      if (typeof message === 'number') await this.#run(slot, this.#inputs[slot]!.view(), {})
      else if (message.kind === 'body') await this.#score(message)
      else await this.#run(slot, this.#inputsOf(message), optionsOf(message))
    } catch (error) {
      Atomics.store(this.#marks, slot, RunMark.finished)
      this.#port.postMessage({ slot, status: 'failed', error: serializeError(error) })
    }
  }

  #takeMemory({ slot, memory }: PackedRun): void {
    if (memory !== undefined) this.#inputs[slot] = new PackedTensors(memory, this.#predictor.inputs)
  }

  #inputsOf(message: PackedRun | TensorRun): TensorMap {
    return message.kind === 'packed' ? this.#inputs[message.slot]!.view() : fromWire(message.inputs)
  }

  async #run(slot: number, inputs: TensorMap, options: PredictOptions): Promise<void> {
    const begunAt = performance.now()
    const tensors = await this.#predictor.predict(inputs, options)
    const computeMs = performance.now() - begunAt
    Atomics.store(this.#marks, slot, RunMark.finished)
    const packed = this.#outputs[slot]!
    const size = packed.sizeOf(tensors)
    if (size !== undefined && size <= packed.memory.byteLength) {
      packed.write(tensors, computeMs)
      this.#port.postMessage(slot)
    } else {
      const outputs = outputsToWire(tensors)
      this.#port.postMessage({ slot, status: 'done', outputs, computeMs }, transferableBuffers(outputs))
    }
  }

  async #score({ slot, body, dialect }: BodyRun): Promise<void> {
    this.#bodies ??= await this.#openBodies()
    const answer = await this.#bodies.answer(body, dialect)
    Atomics.store(this.#marks, slot, RunMark.finished)
    this.#port.postMessage({ slot, status: 'scored', ...answer }, [answer.body.octets.buffer])
  }

  async #openBodies(): Promise<BodyAnswering> {
    const { BodyAnswering } = await import('./body-answering.ts')
    return new BodyAnswering(this.#mlmodel, this.#predictor)
  }
}

function optionsOf({ outputs, parameters }: PackedRun | TensorRun): PredictOptions {
  return {
    ...(outputs === undefined ? {} : { outputs }),
    ...(parameters === undefined ? {} : { parameters }),
  }
}
