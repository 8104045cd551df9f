import { invalidParameter, notImplemented } from '../core/errors.ts'
import { isDataType } from '../signature/column-dtypes.ts'
import type { Schema } from '../signature/model-signature.ts'
import type { BatchOptions } from './batch-options.ts'
import type { BlockSource } from './block-source.ts'
import { DocumentSource } from './document-source.ts'
import type { InputPlace } from './input-place.ts'
import { type OutputSpec, readsAllColumns } from './job.ts'
import { WHOLE } from './shard.ts'

/**
 * The source of a run.
 * @param batchable the model takes any number of rows, so that the input may be cut.
 * @throws ServingError where the input cannot be read, or not in the way that is asked for
 */
export async function openSource(
  options: BatchOptions,
  place: InputPlace,
  batchable: boolean,
): Promise<BlockSource> {
  const { inputFormat, shard } = options
  const blockBytes = batchable ? options.blockBytes : Number.POSITIVE_INFINITY
  if (inputFormat === 'csv') {
    const { CsvSource } = await import('./csv/csv-source.ts')
    return CsvSource.open({ from: place, blockBytes, shard })
  }
  if ('pipe' in place) throw notImplemented(`Input of the format ${inputFormat} has to be a file.`)
  if (inputFormat === 'parquet' && batchable) {
    const { ParquetSource } = await import('./parquet-source.ts')
    return ParquetSource.open({ path: place.path, blockBytes, shard })
  }
  if (shard !== WHOLE) throw invalidParameter('This input cannot be cut into shards.')
  const mediaType = inputFormat === 'parquet' ? 'application/vnd.apache.parquet' : 'application/json'
  return new DocumentSource(place.path, mediaType)
}

/**
 * Whether the kinds of some columns of CSV are told only by all of their cells: where the signature gives no plain
 * type for them, and where all columns are wanted as values.
 */
export function needsLook(schema: Schema | undefined, output: OutputSpec): boolean {
  if (readsAllColumns(output) || schema?.kind !== 'columns') return true
  return schema.columns.some(({ type }) => !isDataType(type) || type === 'datetime')
}
