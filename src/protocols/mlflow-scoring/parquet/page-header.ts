import { unreadableParquet } from './parquet-failure.ts'
import type { ThriftReader, ThriftStruct } from './thrift-reader.ts'

/** Numbers of the fields of `PageHeader` in parquet.thrift. */
const PAGE_TYPE = 1
const UNCOMPRESSED_SIZE = 2
const COMPRESSED_SIZE = 3
const DATA_HEADER = 5
const DICTIONARY_HEADER = 7
const DATA_HEADER_V2 = 8

const DATA_PAGE = 0
const DICTIONARY_PAGE = 2
const DATA_PAGE_V2 = 3

/** The encodings of parquet.thrift that can be read. */
export const PLAIN = 0
export const PLAIN_DICTIONARY = 2
export const RLE = 3
export const DELTA_BINARY_PACKED = 5
export const DELTA_LENGTH_BYTE_ARRAY = 6
export const RLE_DICTIONARY = 8
export const BYTE_STREAM_SPLIT = 9

/** What stands before each page of a column chunk. Sizes are in bytes. */
export type PageHeader = { readonly compressedSize: number; readonly uncompressedSize: number } & (
  | { readonly kind: 'dictionary'; readonly values: number }
  | { readonly kind: 'data'; readonly values: number; readonly encoding: number }
  | {
      readonly kind: 'data v2'
      readonly values: number
      readonly encoding: number
      readonly missing: number
      /** Sizes of the levels, which are never compressed. */
      readonly definitions: number
      readonly repetitions: number
      readonly isCompressed: boolean
    }
)

/** @throws ServingError BAD_REQUEST where there is no header, or one that contradicts itself */
export function readPageHeader(reader: ThriftReader): PageHeader {
  const page = reader.readStruct()
  const compressedSize = count(page, COMPRESSED_SIZE)
  const uncompressedSize = count(page, UNCOMPRESSED_SIZE)
  const sizes = { compressedSize, uncompressedSize }
  switch (count(page, PAGE_TYPE)) {
    case DATA_PAGE: {
      const header = struct(page, DATA_HEADER)
      return { ...sizes, kind: 'data', values: count(header, 1), encoding: count(header, 2) }
    }
    case DATA_PAGE_V2:
      return { ...sizes, ...headerV2(struct(page, DATA_HEADER_V2), sizes) }
    case DICTIONARY_PAGE: {
      const values = count(struct(page, DICTIONARY_HEADER), 1)
      // A truth value takes a bit, everything else more.
      if (values > 8 * uncompressedSize) {
        throw unreadableParquet('A dictionary holds more values than bytes')
      }
      return { ...sizes, kind: 'dictionary', values }
    }
    default:
      throw unreadableParquet('A page of an unknown type cannot be read')
  }
}

function headerV2(header: ThriftStruct, sizes: { compressedSize: number; uncompressedSize: number }) {
  const values = count(header, 1)
  const missing = count(header, 2)
  const definitions = count(header, 5)
  const repetitions = count(header, 6)
  const levels = definitions + repetitions
  if (missing > values || levels > sizes.compressedSize || levels > sizes.uncompressedSize)
    throw wrongHeader()
  const isCompressed = header.get(7) !== false
  const encoding = count(header, 4)
  return { kind: 'data v2', values, encoding, missing, definitions, repetitions, isCompressed } as const
}

function struct(page: ThriftStruct, field: number): ThriftStruct {
  const value = page.get(field)
  if (value instanceof Map) return value
  throw wrongHeader()
}

function count(fields: ThriftStruct, field: number): number {
  const value = fields.get(field)
  if (typeof value === 'number' && value >= 0) return value
  throw wrongHeader()
}

function wrongHeader(): Error {
  return unreadableParquet('A page header is wrong')
}
