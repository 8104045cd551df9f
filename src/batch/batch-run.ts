import { badRequest } from '../core/errors.ts'
import type { PredictedBlock } from './batch-messages.ts'
import type { BatchOptions, BatchProgress, BatchSummary } from './batch-options.ts'
import type { BatchWorkers } from './batch-workers.ts'
import type { Block, SourcePosition } from './block.ts'
import { inOrder } from './in-order.ts'
import type { BlockSource } from './input/block-source.ts'
import type { BatchOutput } from './output/batch-output.ts'
import { untilAborted } from './until-aborted.ts'

/** Blocks under way or waiting for their turn to be written, for each worker. */
const BLOCKS_PER_WORKER = 6

export interface BatchRunInit {
  readonly options: BatchOptions
  readonly source: BlockSource
  readonly workers: BatchWorkers
  readonly output: BatchOutput
  /** Ends the run behind the blocks that are under way. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: BatchProgress) => void
}

interface PredictedInput {
  readonly block: Block
  readonly predicted: PredictedBlock
}

/** From the source through the workers into the output, block by block, in the order of the input. */
export class BatchRun {
  readonly #init: BatchRunInit

  constructor(init: BatchRunInit) {
    this.#init = init
  }

  /** @throws ServingError for the first bad row, where these are not to be listed */
  async run(): Promise<BatchSummary> {
    const { source, workers, output, signal } = this.#init
    const resumedRows = output.rows
    const from = output.position ?? source.start
    const blocks = untilAborted(source.blocks(from), signal)
    const predict = async (block: Block) => ({ block, predicted: await workers.predict(block.content) })
    for await (const predicted of inOrder(blocks, predict, BLOCKS_PER_WORKER * workers.size)) {
      await this.#write(predicted)
    }
    const finished = !signal.aborted
    await (finished ? output.finish() : output.checkpoint())
    const { rows, badRows } = output
    return { rows, badRows, resumedRows, finished }
  }

  async #write({ block, predicted }: PredictedInput): Promise<void> {
    const { options, output, source, onProgress } = this.#init
    const [bad] = predicted.badRows
    if (bad !== undefined && options.badRowsPath === undefined) {
      const line = bad.line === undefined ? '' : ` (line ${bad.line})`
      throw badRequest(
        `Row ${output.rows + bad.row}${line} cannot be predicted: ${bad.error.replace(/\.$/, '')}. With --bad-rows FILE such ` +
          'rows are listed there and the others predicted.',
        { row: output.rows + bad.row },
      )
    }
    await output.append(predicted, block.next)
    block.release()
    const { rows, badRows } = output
    onProgress({ rows, badRows, done: shareOf(block.next, source.start), end: lengthOf(source) })
  }
}

function shareOf(position: SourcePosition, start: SourcePosition): number {
  return position.offset - start.offset
}

function lengthOf({ start, end }: BlockSource): number | undefined {
  return end === undefined ? undefined : end - start.offset
}
