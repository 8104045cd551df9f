import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BatchOptions } from '../../../src/batch/batch-options.ts'
import { blockSizeOf } from '../../../src/batch/input/block-size.ts'
import { openSource } from '../../../src/batch/input/open-source.ts'
import { WHOLE } from '../../../src/batch/shard.ts'
import { prepareModel } from '../../../src/runtime/prepare-model.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { modelFolder } from '../support/batch-files.ts'

const ROWS = 10_000
const IRIS = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']

const FILES = {
  csv: `${IRIS.join(',')}\n${'1.5,2.5,3.5,4.5\n'.repeat(ROWS)}`,
  jsonl: `${JSON.stringify(Object.fromEntries(IRIS.map((name, i) => [name, i + 0.5])))}\n`.repeat(ROWS),
} as const

/** How many blocks there are of 10,000 narrow rows. */
async function blocksOf(format: keyof typeof FILES, model: { batchable: boolean; rowValues: number }) {
  const path = join(temporaryFolder(), `rows.${format}`)
  writeFileSync(path, FILES[format])
  const options: BatchOptions = {
    ...{ mlmodel: await prepareModel(modelFolder('iris/2')), inputPath: path, inputFormat: format },
    ...{ output: undefined, outputFormat: 'json', append: false, params: undefined, shard: WHOLE },
    ...{ resume: false, badRowsPath: undefined, workers: undefined, batchRows: 100 },
    ...{ blockBytes: 100 * 1024 * 1024, programVersion: '1.0.0' },
  }
  const source = await openSource(options, { path }, model)
  let blocks = 0
  for await (const block of source.blocks(source.start)) {
    blocks += 1
    block.release()
  }
  await source.close()
  return blocks
}

describe('the size of a block', () => {
  it('is smaller where the model gives much for a row', () => {
    expect(blockSizeOf(1000, 1)).toEqual({ rows: 4096, bytes: 1000 })
    expect(blockSizeOf(1000, 768)).toEqual({ rows: 341, bytes: 1000 })
    expect(blockSizeOf(1000, 1e9)).toEqual({ rows: 1, bytes: 1000 })
  })

  it.each(['csv', 'jsonl'] as const)(
    'bounds the rows of %s, however many bytes a block may have',
    async (format) => {
      expect(await blocksOf(format, { batchable: true, rowValues: 4 })).toBe(3)
      expect(await blocksOf(format, { batchable: true, rowValues: 1000 })).toBe(39)
    },
  )

  it.each(['csv', 'jsonl'] as const)(
    'is all of %s for a model that takes no other number of rows',
    async (format) => {
      expect(await blocksOf(format, { batchable: false, rowValues: 4 })).toBe(1)
    },
  )
})
