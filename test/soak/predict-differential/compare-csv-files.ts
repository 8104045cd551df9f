import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Block } from '../../../src/batch/block.ts'
import { CsvSource } from '../../../src/batch/input/csv/csv-source.ts'
import { WHOLE } from '../../../src/batch/shard.ts'
import { internalError } from '../../../src/core/errors.ts'
import type { CsvBlock } from '../../../src/protocols/mlflow-scoring/csv/csv-block.ts'
import {
  CsvBlockReader,
  joinSeenColumns,
  type SeenColumns,
} from '../../../src/protocols/mlflow-scoring/csv/csv-block-reader.ts'
import { planCsv } from '../../../src/protocols/mlflow-scoring/csv/csv-plan.ts'
import { Random } from '../mlflow-differential/random.ts'
import {
  type FileDifference,
  type FilesInit,
  frameDifference,
  normalized,
  readAnswer,
} from './compare-frames.ts'
import { csvFile } from './csv-files.ts'
import { frameText, joinFrames } from './frame-text.ts'
import type { FrameText } from './pandas-process.ts'

/** Reads CSV files of hard cases in blocks of any size, and as pandas does. */
export async function compareCsvFiles({ python, folder, files, seed }: FilesInit): Promise<FileDifference[]> {
  const random = new Random(seed)
  const path = join(folder, 'hard.csv')
  const differences: FileDifference[] = []
  for (let made = 0; made < files; made += 1) {
    const file = csvFile(random)
    writeFileSync(path, file)
    const pandas = await python.read(path, 'csv')
    const blockBytes = random.pick([1, 5, 20, 100, 1000])
    const headrace = await readAnswer(() => readInBlocks(path, blockBytes))
    if ('error' in pandas || 'error' in headrace) {
      if ('error' in pandas !== 'error' in headrace) {
        differences.push({ file, what: 'a refusal', pandas, headrace })
      }
      continue
    }
    const difference = frameDifference(normalized(pandas), headrace)
    if (difference !== undefined) differences.push({ file, ...difference })
  }
  return differences
}

async function readInBlocks(path: string, blockBytes: number): Promise<FrameText> {
  const source = await CsvSource.open({
    from: { path },
    size: { rows: 1e6, bytes: blockBytes },
    shard: WHOLE,
  })
  try {
    if (source.input.kind !== 'csv') throw internalError('A CSV file is not one')
    const { layout } = source.input
    const plan = planCsv(layout, undefined)
    const looker = new CsvBlockReader(layout, plan)
    let seen: SeenColumns = []
    for await (const block of source.allBlocks()) {
      seen = joinSeenColumns(seen, looker.look(csvOf(block)))
      block.release()
    }
    const reader = new CsvBlockReader(layout, plan, seen)
    const frames: FrameText[] = []
    for await (const block of source.blocks(source.start)) {
      frames.push(frameText(reader.read(csvOf(block))))
      block.release()
    }
    return joinFrames(frames)
  } finally {
    await source.close()
  }
}

function csvOf({ content }: Block): CsvBlock {
  if (content.kind !== 'csv') throw internalError('A block of CSV is not one')
  return content
}
