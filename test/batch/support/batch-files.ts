import { readFileSync } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import type { BatchOptions, BatchSummary } from '../../../src/batch/batch-options.ts'
import { formatOfFile } from '../../../src/batch/formats.ts'
import { predictBatch } from '../../../src/batch/predict-batch.ts'
import { WHOLE } from '../../../src/batch/shard.ts'
import { prepareModel } from '../../../src/runtime/prepare-model.ts'

export const BREAST_CANCER = modelFolder('breast-cancer/1')

export function modelFolder(name: string): string {
  return new URL(`../../../models/${name}`, import.meta.url).pathname
}

/** Small blocks, so that small files have several. */
const BLOCK_BYTES = 4_000

export interface TestRun extends Partial<Omit<BatchOptions, 'mlmodel'>> {
  readonly model?: string
  readonly stdin?: string | Readable
  readonly signal?: AbortSignal
  readonly onProgress?: (rows: number) => void
}

export interface TestResult extends BatchSummary {
  readonly stdout: string
}

/** A run in this process, with worker threads of its own. */
export async function predict(run: TestRun): Promise<TestResult> {
  const { model = BREAST_CANCER, stdin = '', signal, onProgress, ...options } = run
  const stdout = new PassThrough()
  const written: Buffer[] = []
  stdout.on('data', (bytes: Buffer) => written.push(bytes))
  const summary = await predictBatch(
    {
      mlmodel: await prepareModel(model),
      inputPath: undefined,
      inputFormat: formatOfFile(options.inputPath),
      output: undefined,
      outputFormat: formatOfFile(options.output),
      append: false,
      params: undefined,
      shard: WHOLE,
      resume: false,
      badRowsPath: undefined,
      workers: 2,
      batchRows: 100,
      blockBytes: BLOCK_BYTES,
      programVersion: '1.0.0',
      ...options,
    },
    {
      stdin: typeof stdin === 'string' ? Readable.from([Buffer.from(stdin)]) : stdin,
      stdout,
      signal: signal ?? new AbortController().signal,
      onProgress: ({ rows }) => onProgress?.(rows),
    },
  )
  return { ...summary, stdout: Buffer.concat(written).toString() }
}

interface Golden {
  readonly content_type: string
  readonly body: string
}

/** The header and the records of the CSV that a bundled model was recorded with. */
export function goldenCsv(model = BREAST_CANCER): {
  readonly header: string
  readonly records: readonly string[]
} {
  const lines = readFileSync(`${model}/golden.jsonl`, 'utf8').trim().split('\n')
  const golden = lines.map((line) => JSON.parse(line) as Golden)
  const { body } = golden.find(({ content_type: type }) => type === 'text/csv')!
  const [header = '', ...records] = body.trimEnd().split('\n')
  return { header, records }
}

/** A CSV file of so many rows of the recorded ones. */
export function csvOfRows(rows: number, model = BREAST_CANCER): string {
  const { header, records } = goldenCsv(model)
  const lines = Array.from({ length: rows }, (_, row) => records[(row * 7) % records.length])
  return `${[header, ...lines].join('\n')}\n`
}
