import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { invalidParameter } from '../core/errors.ts'
import type { BatchOptions } from './batch-options.ts'

/** @throws ServingError INVALID_PARAMETER_VALUE for options that do not go together */
export function checkOptions(options: BatchOptions): void {
  const { inputPath, inputFormat, output, outputFormat, append, params, shard, resume, badRowsPath } = options
  if (inputPath === undefined && shard.count > 1) {
    throw invalidParameter('Standard input cannot be cut into shards: name a file with --input-path (-i)')
  }
  if (resume !== false && (inputPath === undefined || output === undefined)) {
    throw invalidParameter('--resume needs an input file (-i) and an output file (-o)')
  }
  if (output === undefined && outputFormat === 'parquet') {
    throw invalidParameter('Parquet can only be written to a file: name one with --output-path (-o)')
  }
  if (output !== undefined && badRowsPath !== undefined && resolve(output) === resolve(badRowsPath)) {
    throw invalidParameter(`The predictions and the bad rows cannot both be written to '${output}'`)
  }
  for (const written of [output, badRowsPath]) {
    if (inputPath !== undefined && written !== undefined && isSameFile(inputPath, written)) {
      throw invalidParameter(`'${written}' is the input: name another file, so that it is not replaced`)
    }
  }
  if (append && outputFormat === 'json') {
    throw invalidParameter(
      '--append is for outputs with one line or row for each row: add --output-format jsonl, csv or parquet',
    )
  }
  if (params !== undefined && inputFormat === 'json') {
    throw invalidParameter('--params is for inputs without room for them: JSON has its own "params"')
  }
}

/** Also under another name. */
function isSameFile(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }))
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev
}
