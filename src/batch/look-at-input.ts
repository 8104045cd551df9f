import { joinSeenColumns, type SeenColumns } from '../protocols/mlflow-scoring/csv/csv-block-reader.ts'
import type { BatchWorkers } from './batch-workers.ts'
import type { Block } from './block.ts'
import type { BlockSource } from './block-source.ts'
import { CsvSource } from './csv/csv-source.ts'
import { inOrder } from './in-order.ts'

const BLOCKS_PER_WORKER = 3

/** Tells the workers how to read the input, where `needsLook` after a first pass over all blocks of a CSV file. */
export async function lookAtInput(
  source: BlockSource,
  workers: BatchWorkers,
  needsLook: boolean,
): Promise<void> {
  const { input } = source
  workers.read({ input })
  if (!needsLook || !(source instanceof CsvSource)) return
  const look = async (block: Block): Promise<SeenColumns> => {
    const seen = await workers.look(block.content)
    block.release()
    return seen
  }
  let seen: SeenColumns = []
  for await (const shown of inOrder(source.allBlocks(), look, BLOCKS_PER_WORKER * workers.size)) {
    seen = joinSeenColumns(seen, shown)
  }
  workers.read({ input, seen })
}
