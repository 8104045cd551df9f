import { joinSeenColumns, type SeenColumns } from '../../protocols/mlflow-scoring/csv/csv-block-reader.ts'
import type { BatchWorkers } from '../batch-workers.ts'
import type { Block } from '../block.ts'
import { inOrder } from '../in-order.ts'
import type { InputSpec } from '../job.ts'
import { untilAborted } from '../until-aborted.ts'
import type { BlockSource } from './block-source.ts'
import { CsvSource } from './csv/csv-source.ts'

const BLOCKS_PER_WORKER = 3

export interface LookInit {
  readonly source: BlockSource
  readonly workers: BatchWorkers
  /** Rows may be predicted in several blocks. */
  readonly batchable: boolean
  /** A first pass over all blocks of a CSV file is necessary. */
  readonly needsLook: boolean
  /** @see Reading.taken */
  readonly taken: readonly string[]
  /** Ends the pass, and with it the run. */
  readonly signal: AbortSignal
}

/** Tells the workers how to read the input, after a first pass over it where that is necessary. */
export async function lookAtInput({
  source,
  workers,
  batchable,
  needsLook,
  taken,
  signal,
}: LookInit): Promise<void> {
  const { input } = source
  const isWhole = !batchable || isOneBlock(input)
  workers.read({ input, isWhole, taken })
  if (!needsLook || !(source instanceof CsvSource)) return
  const look = async (block: Block): Promise<SeenColumns> => {
    const seen = await workers.look(block.content)
    block.release()
    return seen
  }
  let seen: SeenColumns = []
  const blocks = untilAborted(source.allBlocks(), signal)
  for await (const shown of inOrder(blocks, look, BLOCKS_PER_WORKER * workers.size)) {
    seen = joinSeenColumns(seen, shown)
  }
  workers.read({ input, isWhole, seen, taken })
}

/** The rows belong together. */
export function isOneBlock(input: InputSpec): boolean {
  return input.kind === 'document' || (input.kind === 'lines' && input.isWhole)
}
