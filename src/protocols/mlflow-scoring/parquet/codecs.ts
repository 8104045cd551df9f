import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { type Compressors, type FileMetaData, snappyUncompress } from 'hyparquet'
import { unreadableParquet } from './parquet-failure.ts'

/** Gives exactly `outputLength` bytes or throws; never allocates more. They may be put into `memory`, of that length. */
export type Decompress = (input: Uint8Array, outputLength: number, memory?: Uint8Array) => Uint8Array

/** Of what the codecs write at a time. */
const MIN_CHUNK_BYTES = 1024
const MAX_CHUNK_BYTES = 2 * 1024 * 1024

/** Node's own codecs take a bound on their output, which the ones in JavaScript do not. */
const NATIVE: Compressors = {
  SNAPPY: (input: Uint8Array, outputLength: number, memory?: Uint8Array) => {
    const output = memory ?? new Uint8Array(outputLength)
    snappyUncompress(input, output)
    return output
  },
  GZIP: (input, outputLength) => gunzipSync(input, boundedBy(outputLength)),
  BROTLI: (input, outputLength) => brotliDecompressSync(input, boundedBy(outputLength)),
  ZSTD: (input, outputLength) => zstdDecompressSync(input, boundedBy(outputLength)),
}

/** In one piece, where it is a page of the usual size: pieces have to be joined. */
function boundedBy(outputLength: number): { maxOutputLength: number; chunkSize: number } {
  const chunkSize = Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, outputLength))
  return { maxOutputLength: Math.max(1, outputLength), chunkSize }
}

/** The decompressors for the codecs of this file. */
export async function loadCodecs(metadata: FileMetaData): Promise<Compressors> {
  const used = new Set(
    metadata.row_groups.flatMap((group) => group.columns.map((column) => column.meta_data?.codec)),
  )
  if (!used.has('LZ4') && !used.has('LZ4_RAW')) return NATIVE
  const { compressors } = await import('hyparquet-compressors')
  return { ...NATIVE, LZ4: evenEmpty(compressors.LZ4!), LZ4_RAW: evenEmpty(compressors.LZ4_RAW!) }
}

/** hyparquet-compressors 1.1 takes the token of an empty block for one of a match. */
function evenEmpty(decompress: Decompress): Decompress {
  return (input, outputLength) => (outputLength === 0 ? new Uint8Array() : decompress(input, outputLength))
}

/** @throws ServingError BAD_REQUEST for a codec that cannot be read */
export function decompressorOf(codec: string, compressors: Compressors): Decompress {
  if (codec === 'UNCOMPRESSED') return (input) => input
  const decompress = compressors[codec as keyof Compressors]
  if (decompress === undefined) throw unreadableParquet(`Compression codec ${codec} is not supported`)
  return decompress
}
