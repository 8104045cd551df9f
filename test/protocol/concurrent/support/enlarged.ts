import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { parquetWriteBuffer } from 'hyparquet-writer'

/** From this size on a body is read where its model runs. */
const LARGE_BYTES = 64 * 1024 + 1
const LONG_NAME = 'long'.repeat(LARGE_BYTES / 4)

export interface Enlarged {
  readonly by: string
  readonly body: Uint8Array
}

type Json = null | boolean | number | string | Json[] | JsonObject
type JsonObject = { [key: string]: Json }

/** A request made large without losing its sense, or its mistake, in every way that its form allows. */
export async function enlarged(body: Uint8Array, contentType: string | null): Promise<readonly Enlarged[]> {
  const type = contentType?.split(';')[0]?.trim()
  if (type === 'text/csv') return enlargedCsv(Buffer.from(body).toString('latin1'))
  if (type === 'application/octet-stream' || type?.includes('parquet')) return enlargedParquet(body)
  return enlargedJson(Buffer.from(body).toString('latin1'))
}

function enlargedJson(text: string): Enlarged[] {
  const spaces = ' \n\t\r'.repeat(LARGE_BYTES / 4)
  const all = [
    { by: 'space after its begin', body: latin1(text.slice(0, 1) + spaces + text.slice(1)) },
    { by: 'space at its end, and a letter', body: latin1(`${text}${spaces}x`) },
  ]
  const json = parsed(text)
  if (json === undefined) return all
  return [
    ...all,
    { by: 'repeated rows', body: utf8(repeated(json)) },
    { by: 'a long name', body: utf8(JSON.stringify(withLongName(json))) },
  ]
}

function parsed(text: string): JsonObject | undefined {
  try {
    const json = JSON.parse(Buffer.from(text, 'latin1').toString()) as Json
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined
  } catch {
    return undefined
  }
}

function repeated(json: JsonObject): string {
  const once = JSON.stringify(withRows(json, 1)).length
  const rowsLength = JSON.stringify(withRows(json, 2)).length - once
  return JSON.stringify(withRows(json, rowsLength === 0 ? 1 : Math.ceil(LARGE_BYTES / rowsLength)))
}

function withRows(json: JsonObject, times: number): JsonObject {
  const more = (value: Json): Json => {
    if (Array.isArray(value)) return Array.from({ length: times }, () => value).flat()
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, more(item)]))
  }
  return changed(json, (key, value) => {
    if (key === 'params') return value
    if (key !== 'dataframe_split') return more(value)
    return changed(value, (part, item) => (part === 'data' ? more(item) : item))
  })
}

function withLongName(json: JsonObject): JsonObject {
  return changed(json, (key, value) => {
    if (key === 'dataframe_split') {
      return changed(value, (part, item) =>
        part === 'columns' && Array.isArray(item) ? [...item, LONG_NAME] : item,
      )
    }
    const records = Array.isArray(value) ? value : [value]
    const named = records.map((item) => (isObject(item) ? { ...item, [LONG_NAME]: 1 } : item))
    return Array.isArray(value) ? [...named, LONG_NAME] : named[0]!
  })
}

function changed(json: Json, change: (key: string, value: Json) => Json): JsonObject {
  if (!isObject(json)) return { changed: json }
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, change(key, value)]))
}

function isObject(json: Json): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function enlargedCsv(text: string): Enlarged[] {
  const [header = '', ...lines] = text.split('\n')
  const rows = lines.filter((line) => line !== '').join('\n')
  const times = Math.ceil(LARGE_BYTES / (rows.length + 1))
  return [
    { by: 'repeated rows', body: latin1([header, ...Array<string>(times).fill(rows)].join('\n')) },
    { by: 'empty lines', body: latin1(text + '\n'.repeat(LARGE_BYTES)) },
    { by: 'a long name', body: latin1([`${header},${LONG_NAME}`, ...lines].join('\n')) },
    { by: 'a quote that is left open', body: latin1(`${text}"${LONG_NAME}`) },
  ]
}

async function enlargedParquet(body: Uint8Array): Promise<Enlarged[]> {
  const bytes = Buffer.from(body)
  if (bytes.length < 12 || bytes.toString('latin1', bytes.length - 4) !== 'PAR1') {
    return [{ by: 'zeros', body: Buffer.concat([bytes, Buffer.alloc(LARGE_BYTES)]) }]
  }
  const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
  if (footer < 4) return [{ by: 'zeros in front', body: Buffer.concat([Buffer.alloc(LARGE_BYTES), bytes]) }]
  // Places in the file are counted from its begin, and its footer is found from its end.
  const padded = Buffer.concat([bytes.subarray(0, footer), Buffer.alloc(LARGE_BYTES), bytes.subarray(footer)])
  return [{ by: 'space before its footer', body: padded }, ...(await repeatedParquet(bytes))]
}

async function repeatedParquet(bytes: Buffer): Promise<Enlarged[]> {
  try {
    const file = new Uint8Array(bytes).buffer
    const rows = await parquetReadObjects({ file, compressors })
    const times = Math.ceil(10_000 / rows.length)
    const columnData = Object.keys(rows[0]!).map((name) => ({
      name,
      data: Array.from({ length: times }, () => rows.map((row) => row[name])).flat(),
    }))
    return [
      {
        by: 'repeated rows',
        body: new Uint8Array(parquetWriteBuffer({ columnData, codec: 'UNCOMPRESSED' })),
      },
    ]
  } catch {
    return []
  }
}

function latin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

function utf8(text: string): Uint8Array {
  return Buffer.from(text)
}
