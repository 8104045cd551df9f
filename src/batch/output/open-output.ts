import type { Writable } from 'node:stream'
import { invalidParameter } from '../../core/errors.ts'
import type { BatchOptions } from '../batch-options.ts'
import { BadRowsFile } from './bad-rows-file.ts'
import { BatchOutput } from './batch-output.ts'
import { type Checkpoint, Journal, type JournalInit } from './journal.ts'
import { PartialFile } from './partial-file.ts'
import type { PredictionWriter } from './prediction-writer.ts'
import { type TableState, TableWriter } from './table-writer.ts'
import { Spools, StreamOutput } from './text-output.ts'
import { type TextState, TextWriter } from './text-writer.ts'

export interface OutputInit {
  readonly options: BatchOptions
  /** Where the predictions go when there is no file for them. */
  readonly stdout: Writable
  /** Of a run with an output file whose input can be read again. */
  readonly journal: JournalInit | undefined
  /** Where an earlier run stopped. */
  readonly from: Checkpoint | undefined
}

/** @throws ServingError INVALID_PARAMETER_VALUE where a file cannot be written */
export async function openOutput({ options, stdout, journal, from }: OutputInit): Promise<BatchOutput> {
  const { badRowsPath } = options
  // Before the files of an earlier run are emptied, so that its journal never speaks of what is gone.
  const openedJournal = journal === undefined ? undefined : await Journal.create(journal, from)
  return new BatchOutput({
    writer: await openWriter(options, stdout, from),
    badRows: badRowsPath === undefined ? undefined : await BadRowsFile.open(badRowsPath, from?.badBytes),
    journal: openedJournal,
    from,
  })
}

/** What an earlier run left to do that had written everything. */
export async function publishFinished(
  journal: JournalInit,
  badRowsPath: string | undefined,
  { writer, id = '' }: Checkpoint,
): Promise<void> {
  if (badRowsPath !== undefined) await PartialFile.publishLeft(badRowsPath, id)
  await PartialFile.publishLeft(journal.path, id)
  await Spools.discard(journal.path, (writer as Partial<TextState>).spools?.length ?? 0)
  await Journal.discard(journal.path)
}

async function openWriter(
  options: BatchOptions,
  stdout: Writable,
  from: Checkpoint | undefined,
): Promise<PredictionWriter> {
  const { output, outputFormat } = options
  if (outputFormat === 'parquet') return openTable(output, from?.writer as TableState | undefined)
  const state = from?.writer as TextState | undefined
  return new TextWriter({
    output: output === undefined ? new StreamOutput(stdout) : await PartialFile.open(output, state?.length),
    spools: await Spools.open(output, state?.spools ?? []),
    path: output,
    isJson: outputFormat === 'json',
    ...(state === undefined ? {} : { state }),
  })
}

async function openTable(path: string | undefined, state: TableState | undefined): Promise<TableWriter> {
  if (path === undefined)
    throw invalidParameter('Parquet can only be written to a file: add --output-path (-o) FILE')
  const file = await PartialFile.open(path, state?.table?.appender.bytes)
  return new TableWriter({ file, ...(state === undefined ? {} : { state }) })
}
