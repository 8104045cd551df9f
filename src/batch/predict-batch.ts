import { stat } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { ServingError } from '../core/errors.ts'
import { availableResources, planThreads, type ThreadPlan } from '../runtime/cores.ts'
import type { BatchOptions, BatchProgress, BatchSummary } from './batch-options.ts'
import { BatchRun } from './batch-run.ts'
import { BatchWorkers } from './batch-workers.ts'
import { checkOptions } from './check-options.ts'
import { type InputPlace, pipedInput, spoolInput } from './input/input-place.ts'
import { lookAtInput } from './input/look-at-input.ts'
import { needsLook, openSource } from './input/open-source.ts'
import { withoutSpecialFiles } from './input/special-files.ts'
import { type Checkpoint, type JournalInit, lastCheckpoint } from './output/journal.ts'
import { openOutput, publishFinished } from './output/open-output.ts'
import { PartialFile } from './output/partial-file.ts'
import { runIdentity } from './run-identity.ts'

/** What a run is connected to. */
export interface BatchConnections {
  readonly stdin: Readable
  readonly stdout: Writable
  /** Ends the run in order, with what is predicted written and, in a file, ready to be gone on with. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: BatchProgress) => void
}

/**
 * Predicts all rows of an input.
 * @throws ServingError; then there is no file with the output's name from this run, and one that can be gone on with.
 */
export async function predictBatch(
  options: BatchOptions,
  connections: BatchConnections,
): Promise<BatchSummary> {
  const cleanUp: (() => Promise<void>)[] = []
  const atEnd = (close: () => Promise<void>) => cleanUp.unshift(close)
  const { signal } = connections
  try {
    const plain = await withoutSpecialFiles(options, connections, atEnd)
    checkOptions(plain.options)
    endWithSignal(plain.connections.stdin, signal)
    return await predict(plain.options, plain.connections, atEnd)
  } catch (error) {
    if (!signal.aborted || error instanceof ServingError) throw error
    return unfinished(undefined)
  } finally {
    // What is written is durable by now: a failure here must not keep the others open, or hide why the run ended.
    for (const close of cleanUp) await close().catch(() => {})
  }
}

/** A run that was stopped before it wrote anything. */
function unfinished(from: Checkpoint | undefined): BatchSummary {
  const { rows, badRows } = from ?? { rows: 0, badRows: 0 }
  return { rows, badRows, resumedRows: rows, finished: false }
}

/** Nothing may come any more of a pipe that is waited for. */
function endWithSignal(stdin: Readable, signal: AbortSignal): void {
  signal.addEventListener('abort', () => stdin.destroy(), { once: true })
}

async function predict(
  options: BatchOptions,
  { stdin, stdout, signal, onProgress }: BatchConnections,
  atEnd: (close: () => Promise<void>) => void,
): Promise<BatchSummary> {
  const journal = await journalOf(options)
  const from = await checkpointOf(options, journal)
  if (from?.finished === true) {
    await publishFinished(journal!, options.badRowsPath, from)
    return { rows: from.rows, badRows: from.badRows, resumedRows: from.rows, finished: true }
  }
  const workers = await startWorkers(options)
  atEnd(() => workers.close())
  const place = await placeOf(options, stdin, atEnd)
  const model = await workers.open()
  const { batchable, outputs } = model
  const source = await openSource(options, place, model)
  atEnd(() => source.close())
  const { signature } = options.mlmodel
  await lookAtInput({
    source,
    workers,
    batchable,
    taken: await takenNames(options, place, outputs),
    signal,
    needsLook: needsLook(signature?.inputs, outputOf(options)),
  })
  // Before what an earlier run has left is given up.
  if (signal.aborted) return unfinished(from)
  const output = await openOutput({ options, stdout, journal, from })
  atEnd(() => output.close())
  return new BatchRun({ options, source, workers, output, signal, onProgress }).run()
}

async function checkpointOf(
  { resume }: BatchOptions,
  journal: JournalInit | undefined,
): Promise<Checkpoint | undefined> {
  if (resume === false || journal === undefined) return undefined
  const last = await lastCheckpoint(journal, resume === 'if-same' ? 'forget' : 'refuse')
  return last?.finished === true || PartialFile.exists(journal.path) ? last : undefined
}

/** Names of outputs that records of JSON have too, where both are written. */
async function takenNames(
  { append, inputFormat }: BatchOptions,
  place: InputPlace,
  outputs: readonly string[],
): Promise<readonly string[]> {
  if (!append || 'pipe' in place || (inputFormat !== 'json' && inputFormat !== 'jsonl')) return []
  const { namesInRecords } = await import('./input/json/names-in-records.ts')
  return namesInRecords(place.path, outputs)
}

async function journalOf(options: BatchOptions): Promise<JournalInit | undefined> {
  const { output, inputPath } = options
  if (output === undefined || inputPath === undefined) return undefined
  return { path: output, identity: await runIdentity(options, inputPath) }
}

async function startWorkers(options: BatchOptions): Promise<BatchWorkers> {
  const { mlmodel, params, batchRows, badRowsPath } = options
  const { workers, intraOpThreads } = await planWorkers(options)
  const output = outputOf(options)
  const keepGoing = badRowsPath !== undefined
  const job = { mlmodel, intraOpThreads, output, params, batchRows, keepGoing }
  return new BatchWorkers({ job, threads: workers })
}

/** One thread a core, but not more than there are blocks. */
async function planWorkers({ mlmodel, workers, inputPath, blockBytes }: BatchOptions): Promise<ThreadPlan> {
  const { cores, memoryBytes } = availableResources()
  const plan = planThreads({
    threads: workers ?? cores,
    weightBytes: mlmodel.traits.weightBytes,
    memoryBytes,
  })
  const bytes = inputPath === undefined ? Number.POSITIVE_INFINITY : await sizeOf(inputPath)
  return { ...plan, workers: Math.min(plan.workers, Math.ceil(bytes / blockBytes) || 1) }
}

/** A file that is not there is reported where it is opened. */
async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

/** A pipe is enough for CSV that is read once. */
async function placeOf(
  options: BatchOptions,
  stdin: Readable,
  atEnd: (close: () => Promise<void>) => void,
): Promise<InputPlace> {
  const { inputPath, inputFormat, mlmodel } = options
  if (inputPath !== undefined) return { path: inputPath }
  if (inputFormat === 'csv' && !needsLook(mlmodel.signature?.inputs, outputOf(options))) {
    return pipedInput(stdin)
  }
  const spooled = await spoolInput(stdin)
  atEnd(() => spooled.remove())
  return { path: spooled.path }
}

function outputOf({ outputFormat, append }: BatchOptions) {
  return { format: outputFormat, append }
}
