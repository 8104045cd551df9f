import { internalError, invalidParameter } from '../../core/errors.ts'
import { isDataType } from '../../signature/column-dtypes.ts'
import type { Schema } from '../../signature/model-signature.ts'
import type { BatchOptions } from '../batch-options.ts'
import { type OutputSpec, readsAllColumns } from '../job.ts'
import { refuseShards } from '../shard.ts'
import { MOST_BLOCK_ROWS } from './block-size.ts'
import type { BlockSource } from './block-source.ts'
import { DocumentSource } from './document-source.ts'
import type { InputPlace } from './input-place.ts'
import type { JsonBlockLimits } from './json/json-blocks.ts'
import type { ParquetSourceInit } from './parquet/parquet-source.ts'

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
  if ('pipe' in place) throw internalError('Only CSV is read from a pipe')
  const { path } = place
  switch (inputFormat) {
    case 'parquet':
      return batchable ? openParquet({ path, blockBytes, shard }) : uncut(options, path)
    case 'jsonl': {
      const { linesSource } = await import('./json/json-sources.ts')
      const { params, mlmodel } = options
      return linesSource({ path, limits: limitsOf(blockBytes), shard, params, signature: mlmodel.signature })
    }
    default:
      return (batchable ? await openDocument(options, path) : undefined) ?? uncut(options, path)
  }
}

async function openParquet(init: ParquetSourceInit): Promise<BlockSource> {
  const { ParquetSource } = await import('./parquet/parquet-source.ts')
  return ParquetSource.open(init)
}

/** Undefined where the document has to stay whole. */
async function openDocument(options: BatchOptions, path: string): Promise<BlockSource | undefined> {
  const { mlmodel, blockBytes, shard } = options
  const [{ cutDocument }, { documentSource }] = await Promise.all([
    import('./json/cut-document.ts'),
    import('./json/json-sources.ts'),
  ])
  const cuts = cutDocument(path, {
    signature: mlmodel.signature,
    ...limitsOf(blockBytes),
    rowsWanted: rowsWantedBy(options),
  })
  return cuts === undefined ? undefined : documentSource(cuts, shard)
}

/** Predictions are appended to objects; bad rows are any. */
function rowsWantedBy({ append, badRowsPath }: BatchOptions): 'any' | 'objects' | undefined {
  if (append) return 'objects'
  return badRowsPath === undefined ? undefined : 'any'
}

/** The sizes alone decide. */
function limitsOf(blockBytes: number): JsonBlockLimits {
  return { blockRows: MOST_BLOCK_ROWS, blockBytes }
}

/** @throws ServingError INVALID_PARAMETER_VALUE where more is asked for than predictions of the whole */
function uncut({ inputFormat, shard, append }: BatchOptions, path: string): BlockSource {
  refuseShards(shard)
  if (append) {
    throw invalidParameter(
      'Predictions cannot be appended to this input, whose rows are not read one by one: give it as JSON Lines or CSV',
    )
  }
  const isParquet = inputFormat === 'parquet'
  return new DocumentSource(path, isParquet ? 'application/vnd.apache.parquet' : 'application/json')
}

/**
 * Whether the kinds of some columns of CSV are told only by all of their cells: where the signature gives no plain
 * type for them, and where all columns are wanted as values.
 */
export function needsLook(schema: Schema | undefined, output: OutputSpec): boolean {
  if (readsAllColumns(output) || schema?.kind !== 'columns') return true
  return schema.columns.some(({ type }) => !isDataType(type) || type === 'datetime')
}
