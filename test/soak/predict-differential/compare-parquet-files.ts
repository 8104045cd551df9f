import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ParquetRows } from '../../../src/batch/input/parquet/parquet-rows.ts'
import { readParquet } from '../../../src/protocols/mlflow-scoring/parquet/read-parquet.ts'
import { Random } from '../mlflow-differential/random.ts'
import {
  type FileDifference,
  type FilesInit,
  frameDifference,
  normalized,
  readAnswer,
} from './compare-frames.ts'
import { frameText, joinFrames } from './frame-text.ts'
import type { FrameText, ReadAnswer } from './pandas-process.ts'

/** Encoding 7, which is refused: see docs/mlflow-differences.md. */
const REFUSED = /Pages of encoding 7 cannot be read/
/** Kinds of columns that are read otherwise on purpose, by the beginning of their names. */
const OTHERWISE = /^(decimal|category|binary|list|struct|date)_/

/** Reads parquet files of all layouts in blocks of any size, as a whole, and as pandas does. */
export async function compareParquetFiles(init: FilesInit): Promise<FileDifference[]> {
  const { python, folder, files, seed } = init
  const random = new Random(seed)
  const path = join(folder, 'any.parquet')
  const differences: FileDifference[] = []
  for (let made = 0; made < files; made += 1) {
    const rows = random.pick([0, 1, 2, 10, 100, 300])
    const file = await python.write(path, { seed: seed * 1_000_000 + made, rows })
    const whole = await readAnswer(async () => frameText(await readParquet(readFileSync(path))))
    const blocks = await readAnswer(() => readInBlocks(path, random.pick([1, 3, 7, 64, 1000])))
    const difference = differenceOf(await python.read(path, 'parquet'), whole, blocks)
    if (difference !== undefined) differences.push({ file, ...difference })
  }
  return differences
}

function differenceOf(
  pandas: ReadAnswer,
  whole: ReadAnswer,
  blocks: ReadAnswer,
): Omit<FileDifference, 'file'> | undefined {
  if ([whole, blocks].some((answer) => 'error' in answer && REFUSED.test(answer.error))) return undefined
  // pyarrow cannot read all of the files with lists that it writes in pages of a few bytes.
  if ('error' in pandas) return undefined
  if ('error' in whole || 'error' in blocks) return { what: 'a refusal', pandas, headrace: blocks }
  const between = frameDifference(whole, blocks)
  if (between !== undefined) return { ...between, what: `${between.what}, in blocks` }
  return frameDifference(comparable(normalized(pandas)), comparable(blocks))
}

function comparable({ rows, columns }: FrameText): FrameText {
  return {
    rows,
    columns: columns.map((column) =>
      OTHERWISE.test(column.name) ? { ...column, dtype: '', cells: [] } : column,
    ),
  }
}

async function readInBlocks(path: string, blockRows: number): Promise<FrameText> {
  const file = await ParquetRows.open(path)
  try {
    const frames = [frameText(file.empty)]
    for await (const frame of file.blocks({ from: 0, to: file.rows, blockRows }))
      frames.push(frameText(frame))
    return joinFrames(frames)
  } finally {
    file.close()
  }
}
