import { internalError, invalidParameter } from '../../core/errors.ts'
import { isDataType } from '../../signature/column-dtypes.ts'
import type { Schema } from '../../signature/model-signature.ts'
import type { OpenedModel } from '../batch-messages.ts'
import type { BatchOptions } from '../batch-options.ts'
import { type OutputSpec, readsAllColumns } from '../job.ts'
import { refuseShards } from '../shard.ts'
import { type BlockSize, blockSizeOf, WHOLE_INPUT } from './block-size.ts'
import type { BlockSource } from './block-source.ts'
import { DocumentSource } from './document-source.ts'
import type { InputPlace } from './input-place.ts'
import type { JsonBlockLimits } from './json/json-blocks.ts'
import type { ParquetSourceInit } from './parquet/parquet-source.ts'

/**
 * The source of a run.
 * @param model one that takes any number of rows lets the input be cut.
 * @throws ServingError where the input cannot be read, or not in the way that is asked for
 */
export async function openSource(
  options: BatchOptions,
  place: InputPlace,
  { batchable, rowValues }: Pick<OpenedModel, 'batchable' | 'rowValues'>,
): Promise<BlockSource> {
  const { inputFormat, shard } = options
  const size = batchable ? blockSizeOf(options.blockBytes, rowValues) : WHOLE_INPUT
  if (inputFormat === 'csv') {
    const { CsvSource } = await import('./csv/csv-source.ts')
    return CsvSource.open({ from: place, size, shard })
  }
  if ('pipe' in place) throw internalError('Only CSV is read from a pipe')
  const { path } = place
  switch (inputFormat) {
    case 'parquet':
      return batchable
        ? openParquet({ path, size: { ...size, bytes: size.bytes / FRAME_UNFOLDS }, shard })
        : uncut(options, path)
    case 'jsonl': {
      const { linesSource } = await import('./json/json-sources.ts')
      const { params, mlmodel } = options
      return linesSource({ path, limits: limitsOf(size), shard, params, signature: mlmodel.signature })
    }
    default:
      return (batchable ? await openDocument(options, path, size) : undefined) ?? uncut(options, path)
  }
}

async function openParquet(init: ParquetSourceInit): Promise<BlockSource> {
  const { ParquetSource } = await import('./parquet/parquet-source.ts')
  return ParquetSource.open(init)
}

/** Undefined where the document has to stay whole. */
async function openDocument(
  options: BatchOptions,
  path: string,
  size: BlockSize,
): Promise<BlockSource | undefined> {
  const { mlmodel, shard } = options
  const [{ cutDocument }, { documentSource }] = await Promise.all([
    import('./json/cut-document.ts'),
    import('./json/json-sources.ts'),
  ])
  const cuts = cutDocument(path, {
    signature: mlmodel.signature,
    ...limitsOf(size),
    rowsWanted: rowsWantedBy(options),
  })
  return cuts === undefined ? undefined : documentSource(cuts, shard)
}

/** Predictions are appended to objects; bad rows are any. */
function rowsWantedBy({ append, badRowsPath }: BatchOptions): 'any' | 'objects' | undefined {
  if (append) return 'objects'
  return badRowsPath === undefined ? undefined : 'any'
}

/** What blocks take on their way into the model, as multiples of what those of CSV of the same length do. */
const JSON_UNFOLDS = 4
const FRAME_UNFOLDS = 2

function limitsOf({ rows, bytes }: BlockSize): JsonBlockLimits {
  return { blockRows: rows, blockBytes: bytes / JSON_UNFOLDS }
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
