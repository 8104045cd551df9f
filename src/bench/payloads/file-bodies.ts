import { extname } from 'node:path'
import { invalidParameter, messageOf } from '../../core/errors.ts'
import type { CsvOptions } from '../../protocols/mlflow-scoring/csv/read-csv.ts'
import type { Frame } from '../../protocols/mlflow-scoring/frame.ts'
import type { ModelSignature } from '../../signature/model-signature.ts'
import type { Dialect } from '../target.ts'
import { type FileBeginning, firstLines, readBeginning } from './file-beginning.ts'
import { frameBodies } from './frame-bodies.ts'
import { rowsOfBody } from './rows-of-body.ts'

/** A body that a file holds. */
export interface FileBody {
  readonly bytes: Uint8Array
  readonly contentType: string
  readonly rows: number | undefined
}

/** What a file gives. */
export interface FileBodies {
  readonly bodies: readonly FileBody[]
  /** Whether there were more, which were left out. */
  readonly isCut: boolean
}

export interface FileReading {
  readonly dialect: Dialect
  /** Of bodies as they stand in the file: also CSV and parquet are one body then. */
  readonly contentType?: string | undefined
  /** Of each body that rows of CSV and parquet are put together to. */
  readonly rows: number
  /** Of the model, for the types of CSV's columns. */
  readonly signature?: ModelSignature | undefined
}

const JSON_TYPE = 'application/json'

/** Of one body, which each sender holds. */
const LONGEST_BODY = 256 * 1024 * 1024
/** Of a file of many: what follows is left out. */
const MOST_BYTES = 32 * 1024 * 1024
const MOST_BODIES = 10_000

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.json': JSON_TYPE,
  '.jsonl': JSON_TYPE,
  '.ndjson': JSON_TYPE,
  '.txt': 'text/plain',
  '.csv': 'text/csv',
  '.parquet': 'application/vnd.apache.parquet',
}

/**
 * The bodies of a file: a line of JSON lines is a body, rows of CSV and parquet are put together, anything else is one
 * body as it stands. Of a file with many bodies the first 10 000 are taken, and no more than 32 MiB of lines are read.
 * @throws ServingError INVALID_PARAMETER_VALUE for a file that cannot be read as what it is
 */
export async function fileBodies(path: string, reading: FileReading): Promise<FileBodies> {
  const { bodies, isCut } = await bodiesOf(path, reading, extname(path).toLowerCase())
  if (bodies.length === 0) throw invalidParameter(`--payload ${path} has no rows`)
  return { bodies: bodies.slice(0, MOST_BODIES), isCut: isCut || bodies.length > MOST_BODIES }
}

async function bodiesOf(path: string, reading: FileReading, extension: string): Promise<FileBodies> {
  if (extension === '.jsonl' || extension === '.ndjson') return lineBodies(path, reading)
  if (takesRows(path, reading.contentType)) return tableBodies(path, reading, extension)
  const contentType = reading.contentType ?? CONTENT_TYPES[extension] ?? 'application/octet-stream'
  const bytes = await wholeFile(path)
  if (!isJson(contentType)) return { bodies: [{ bytes, contentType, rows: undefined }], isCut: false }
  const text = textOf(bytes, path)
  checkJson(text, path)
  return { bodies: [jsonBody(text, { ...reading, contentType })], isCut: false }
}

/** With or without parameters, as `application/json; charset=utf-8`. */
function isJson(contentType: string): boolean {
  return /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType)
}

/** Whether bodies are made of the rows of a file, so many of them as are wanted. */
export function takesRows(path: string, contentType: string | undefined): boolean {
  return contentType === undefined && ['.csv', '.parquet', '.pq'].includes(extname(path).toLowerCase())
}

async function lineBodies(path: string, reading: FileReading): Promise<FileBodies> {
  const beginning = await readLines(path, MOST_BODIES, { isCsv: false })
  const bodies = textOf(beginning.bytes, path)
    .split(/\r?\n/)
    .flatMap((line, index) => {
      if (line.trim() === '') return []
      if (isJson(reading.contentType ?? JSON_TYPE)) checkJson(line, `${path}, line ${index + 1},`)
      return [jsonBody(line, reading)]
    })
  return { bodies, isCut: !beginning.isWhole }
}

function jsonBody(text: string, { dialect, contentType = JSON_TYPE }: FileReading): FileBody {
  const bytes = Buffer.from(text)
  return { bytes, contentType, rows: rowsOfBody(bytes, dialect) }
}

async function tableBodies(path: string, reading: FileReading, extension: string): Promise<FileBodies> {
  if (reading.dialect !== 'mlflow') {
    throw invalidParameter(
      `--payload ${path}: rows are sent by MLflow's protocol alone. Give bodies as JSON, or the file as it stands with ` +
        '--content-type',
    )
  }
  const isCsv = extension === '.csv'
  const { bytes, isWhole } = isCsv
    ? await readLines(path, MOST_BODIES * reading.rows + 1, { isCsv })
    : { bytes: await wholeFile(path), isWhole: true }
  const frame = await frameOf(path, bytes, reading)
  const bodies = frameBodies(frame, reading.rows).map(({ text, rows }) => ({
    ...{ bytes: Buffer.from(text), contentType: JSON_TYPE, rows },
  }))
  return { bodies, isCut: !isWhole }
}

async function frameOf(path: string, bytes: Buffer, { signature }: FileReading): Promise<Frame> {
  try {
    if (path.toLowerCase().endsWith('.csv')) {
      const { readCsv } = await import('../../protocols/mlflow-scoring/csv/read-csv.ts')
      return readCsv(bytes, csvOptions(signature))
    }
    const { readParquet } = await import('../../protocols/mlflow-scoring/parquet/read-parquet.ts')
    return await readParquet(bytes)
  } catch (error) {
    throw invalidParameter(`--payload ${path} cannot be read: ${messageOf(error)}`)
  }
}

function csvOptions(signature: ModelSignature | undefined): CsvOptions {
  const inputs = signature?.inputs
  if (inputs?.kind !== 'columns') return {}
  return {
    dtypes: new Map(inputs.columns.flatMap(({ name, type }) => (name === undefined ? [] : [[name, type]]))),
  }
}

async function wholeFile(path: string): Promise<Buffer> {
  const { bytes, isWhole } = await readBeginning(path, LONGEST_BODY)
  if (isWhole) return bytes
  throw invalidParameter(
    `--payload ${path} has more than ${LONGEST_BODY / 1024 / 1024} MiB, which is too much`,
  )
}

/** The first lines, as many as are wanted and are not too long together. */
async function readLines(
  path: string,
  most: number,
  form: { readonly isCsv: boolean },
): Promise<FileBeginning> {
  const beginning = await readBeginning(path, MOST_BYTES)
  const lines = firstLines(beginning, most, form)
  if (lines.bytes.length > 0) return lines
  throw invalidParameter(
    `--payload ${path} has a line of more than ${MOST_BYTES / 1024 / 1024} MiB, which is too much`,
  )
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Without the byte order mark, which JSON may not have. (RFC 8259, section 8.1) */
function textOf(bytes: Buffer, path: string): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw invalidParameter(`--payload ${path} is not JSON: it is not UTF-8`)
  }
}

/** Bodies that Python wrote may have NaN, which JSON has not and MLflow takes. */
function checkJson(text: string, where: string): void {
  try {
    JSON.parse(text.replaceAll(/\b-?(?:NaN|Infinity)\b/g, '0'))
  } catch (error) {
    throw invalidParameter(`--payload ${where} is not JSON: ${messageOf(error)}`)
  }
}
