import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { PredictedBlock } from '../batch-messages.ts'
import type { SourcePosition } from '../block.ts'
import type { BadRowsFile } from './bad-rows-file.ts'
import type { Checkpoint, Journal } from './journal.ts'
import { outputFailure } from './output-failure.ts'
import type { PredictionWriter } from './prediction-writer.ts'

/** How often what is written is made durable, so that a killed run has little to do again. */
const CHECKPOINT_MS = 1_000

export interface BatchOutputInit {
  readonly writer: PredictionWriter
  readonly badRows: BadRowsFile | undefined
  /** Undefined where the output is a stream, which no run goes on with. */
  readonly journal: Journal | undefined
  /** The last one of the run that is gone on with. */
  readonly from: Checkpoint | undefined
}

/** What a run writes: the predictions, the bad rows, and a journal of how far both are. */
export class BatchOutput {
  readonly #init: BatchOutputInit
  #rows: number
  #badRows: number
  #position: SourcePosition | undefined
  #checkpointAt = performance.now()

  constructor(init: BatchOutputInit) {
    this.#init = init
    this.#rows = init.from?.rows ?? 0
    this.#badRows = init.from?.badRows ?? 0
    this.#position = init.from?.position
  }

  /** Rows so far, bad ones included. */
  get rows(): number {
    return this.#rows
  }

  get badRows(): number {
    return this.#badRows
  }

  /** Behind the last block; undefined before the first. */
  get position(): SourcePosition | undefined {
    return this.#position
  }

  /** @throws ServingError RESOURCE_EXHAUSTED where the disk is full */
  append(block: PredictedBlock, next: SourcePosition): Promise<void> {
    return onDisk(async () => {
      const { writer, badRows } = this.#init
      await writer.append(block)
      await badRows?.append(block.badRows, this.#rows)
      this.#rows += block.rows
      this.#badRows += block.badRows.length
      this.#position = next
      if (performance.now() - this.#checkpointAt >= CHECKPOINT_MS) await this.#record(false)
    })
  }

  /** Makes what is written durable, if it is in a state to go on from. */
  checkpoint(): Promise<void> {
    return onDisk(() => this.#record(false))
  }

  /** Completes the files and gives them their names. */
  finish(): Promise<void> {
    return onDisk(async () => {
      const { writer, badRows, journal } = this.#init
      await writer.finish()
      await badRows?.sync()
      const id = randomUUID()
      await this.#record(true, id)
      await badRows?.publish(id)
      await writer.publish(id)
      await journal?.remove()
    })
  }

  async close(): Promise<void> {
    const { writer, badRows, journal } = this.#init
    await writer.close()
    await badRows?.close()
    await journal?.close()
  }

  async #record(finished: boolean, id?: string): Promise<void> {
    const { writer, badRows, journal } = this.#init
    const state = writer.state()
    const position = this.#position
    if (journal === undefined || position === undefined || (state === undefined && !finished)) return
    await writer.sync()
    await badRows?.sync()
    await journal.add({
      position,
      rows: this.#rows,
      badRows: this.#badRows,
      badBytes: badRows?.length ?? 0,
      writer: state ?? {},
      finished,
      ...(id === undefined ? {} : { id }),
    })
    this.#checkpointAt = performance.now()
  }
}

async function onDisk(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw outputFailure(error)
  }
}
