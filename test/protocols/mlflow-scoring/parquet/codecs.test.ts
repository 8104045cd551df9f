import type { FileMetaData } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { decompressorOf, loadCodecs } from '../../../../src/protocols/mlflow-scoring/parquet/codecs.ts'

/** What pyarrow makes of no bytes at all, as in the dictionary of a column without values. */
const EMPTY_BLOCK = Uint8Array.of(0)

describe('the codecs of a parquet file', () => {
  it.each(['LZ4', 'LZ4_RAW'] as const)('read an empty block of %s', async (codec) => {
    const columns = [{ meta_data: { codec } }]
    const compressors = await loadCodecs({ row_groups: [{ columns }] } as unknown as FileMetaData)
    expect(decompressorOf(codec, compressors)(EMPTY_BLOCK, 0)).toEqual(new Uint8Array())
  })
})
