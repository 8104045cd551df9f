import { PassThrough } from 'node:stream'
import { serialize } from 'node:v8'
import type { SharedReading } from '../../../src/batch/batch-messages.ts'
import type { BatchOptions } from '../../../src/batch/batch-options.ts'
import { checkOptions } from '../../../src/batch/check-options.ts'
import type { BlockSource } from '../../../src/batch/input/block-source.ts'
import { CsvSource } from '../../../src/batch/input/csv/csv-source.ts'
import { isOneBlock } from '../../../src/batch/input/look-at-input.ts'
import { needsLook, openSource } from '../../../src/batch/input/open-source.ts'
import type { Job, Reading } from '../../../src/batch/job.ts'
import { openOutput } from '../../../src/batch/output/open-output.ts'
import { BlockPredictor } from '../../../src/batch/predict/block-predictor.ts'
import { badRequest } from '../../../src/core/errors.ts'
import {
  joinSeenColumns,
  type SeenColumns,
} from '../../../src/protocols/mlflow-scoring/csv/csv-block-reader.ts'

/**
 * What `predictBatch` does, without threads: they take a hundred times as long to start as most inputs take. Blocks
 * and replies are cloned as they are between threads.
 * @throws ServingError for the first bad row, where these are not to be listed
 */
export async function predictInThread(options: BatchOptions, path: string): Promise<void> {
  checkOptions(options)
  const { mlmodel, params, batchRows, badRowsPath, outputFormat: format, append } = options
  const job: Job = {
    mlmodel,
    intraOpThreads: 1,
    output: { format, append },
    params,
    batchRows,
    keepGoing: badRowsPath !== undefined,
  }
  const predictor = await BlockPredictor.open(job)
  const { batchable } = predictor.model
  const source = await openSource(options, { path }, predictor.model)
  const output = await openOutput({ options, stdout: new PassThrough(), journal: undefined, from: undefined })
  try {
    const reading = await readingOf({ predictor, source, batchable, job })
    for await (const { content, next, release } of source.blocks(source.start)) {
      const predicted = structuredClone(await predictor.predict(structuredClone(content), reading))
      release()
      const [bad] = predicted.badRows
      if (bad !== undefined && badRowsPath === undefined) throw badRequest(`Row ${bad.row}: ${bad.error}`)
      await output.append(predicted, next)
    }
    await output.finish()
  } finally {
    await output.close()
    await source.close()
  }
}

interface ReadingInit {
  readonly predictor: BlockPredictor
  readonly source: BlockSource
  readonly batchable: boolean
  readonly job: Job
}

async function readingOf({ predictor, source, batchable, job }: ReadingInit): Promise<SharedReading> {
  const { input } = source
  const isWhole = !batchable || isOneBlock(input)
  const first = shared(1, { input, isWhole })
  if (!needsLook(job.mlmodel.signature?.inputs, job.output) || !(source instanceof CsvSource)) return first
  let seen: SeenColumns = []
  for await (const { content, release } of source.allBlocks()) {
    seen = joinSeenColumns(seen, structuredClone(await predictor.look(content, first)))
    release()
  }
  return shared(2, { input, isWhole, seen })
}

function shared(id: number, reading: Reading): SharedReading {
  return { id, serialized: serialize(reading) }
}
