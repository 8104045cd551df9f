import { setTimeout as sleep } from 'node:timers/promises'
import { serialize } from 'node:v8'
import { Piscina } from 'piscina'
import { deserializeError, internalError, messageOf, ServingError, unavailable } from '../core/errors.ts'
import type { SeenColumns } from '../protocols/mlflow-scoring/csv/csv-block-reader.ts'
import { siblingModule } from '../runtime/pool/sibling-module.ts'
import type {
  BatchMessage,
  BatchReply,
  OpenedModel,
  PredictedBlock,
  SharedReading,
  WorkerSetup,
} from './batch-messages.ts'
import type { BlockContent } from './block.ts'
import type { Job, Reading } from './job.ts'

export interface BatchWorkersOptions {
  readonly job: Job
  readonly threads: number
}

/** V8 lets the young generation grow to many times of what blocks need, in every thread. */
const YOUNG_GENERATION_MB = 4
/** A thread has its next block before it is done with one: it would wait for the main thread otherwise. */
const BLOCKS_AT_A_THREAD = 2
/** A block that a dying thread had is given to another one, once. */
const ATTEMPTS = 2
/** A model that takes longer to open is not waited for when the run is over. */
const LONGEST_OPENING_MS = 15_000
const POLL_MS = 5

/** The threads of a batch run: each has a session of its own and works on one block after the other. */
export class BatchWorkers {
  readonly size: number
  readonly #piscina: Piscina<BatchMessage, BatchReply>
  readonly #opened = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  #reading: SharedReading | undefined

  constructor({ job, threads }: BatchWorkersOptions) {
    const setup: WorkerSetup = { job, opened: this.#opened }
    this.size = threads
    this.#piscina = new Piscina<BatchMessage, BatchReply>({
      filename: siblingModule(import.meta.url, 'batch-worker'),
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: BLOCKS_AT_A_THREAD,
      workerData: setup,
      atomics: 'disabled',
      recordTiming: false,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
    // The task that a thread had tells of its death.
    this.#piscina.on('error', () => {})
  }

  /** @throws ServingError where the model cannot be opened */
  async open(): Promise<OpenedModel> {
    const reply = await this.#ask({ kind: 'open' })
    if (reply.status !== 'opened') throw wrongReply(reply)
    return reply.model
  }

  /** Says how the blocks are to be read that are sent from now on. */
  read(reading: Reading): void {
    const serialized = serialize(reading)
    const shared = new Uint8Array(new SharedArrayBuffer(serialized.length))
    shared.set(serialized)
    this.#reading = { id: (this.#reading?.id ?? 0) + 1, serialized: shared }
  }

  /** @throws ServingError where the block cannot be read */
  async look(content: BlockContent): Promise<SeenColumns> {
    const reply = await this.#ask({ kind: 'look', content, reading: this.#reading! })
    if (reply.status !== 'seen') throw wrongReply(reply)
    return reply.seen
  }

  /**
   * Predicts the rows of a block; those that fail are among the reply.
   * @throws ServingError where something else than a row is to blame
   */
  async predict(content: BlockContent): Promise<PredictedBlock> {
    const reply = await this.#ask({ kind: 'predict', content, reading: this.#reading! })
    if (reply.status !== 'predicted') throw wrongReply(reply)
    return reply.block
  }

  /** To be called when no block is under way. */
  async close(): Promise<void> {
    await this.#untilOpened()
    await this.#piscina.destroy()
  }

  /** A thread that is ended in the middle of onnxruntime's opening a model may take the process with it. */
  async #untilOpened(): Promise<void> {
    const giveUpAt = performance.now() + LONGEST_OPENING_MS
    while (Atomics.load(this.#opened, 0) < this.size && performance.now() < giveUpAt) await sleep(POLL_MS)
  }

  async #ask(message: BatchMessage): Promise<BatchReply> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const reply = await this.#piscina.run(message)
        if (reply.status === 'failed') throw deserializeError(reply.error)
        return reply
      } catch (error) {
        if (error instanceof ServingError) throw error
        if (attempt < ATTEMPTS) continue
        throw unavailable(`Worker threads died ${ATTEMPTS} times over the same rows: ${messageOf(error)}`)
      }
    }
  }
}

function wrongReply({ status }: BatchReply): ServingError {
  return internalError(`A worker of the batch run replied '${status}' to another question.`)
}
