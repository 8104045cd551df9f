import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { invalidParameter, messageOf } from '../../core/errors.ts'
import type { CsvOptions } from '../../protocols/mlflow-scoring/csv/read-csv.ts'
import type { Frame } from '../../protocols/mlflow-scoring/frame.ts'
import type { ModelSignature } from '../../signature/model-signature.ts'
import type { Dialect } from '../target.ts'
import { frameBodies } from './frame-bodies.ts'
import { rowsOfBody } from './rows-of-body.ts'

/** A body that a file holds. */
export interface FileBody {
  readonly bytes: Uint8Array
  readonly contentType: string
  readonly rows: number | undefined
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
 * body as it stands.
 * @throws ServingError INVALID_PARAMETER_VALUE for a file that cannot be read as what it is
 */
export async function fileBodies(path: string, reading: FileReading): Promise<readonly FileBody[]> {
  const bytes = await bytesOf(path)
  const extension = extname(path).toLowerCase()
  const bodies = await bodiesOf(path, bytes, reading, extension)
  if (bodies.length === 0) throw invalidParameter(`--payload ${path} has no rows`)
  return bodies
}

function bodiesOf(
  path: string,
  bytes: Buffer,
  reading: FileReading,
  extension: string,
): Promise<readonly FileBody[]> | readonly FileBody[] {
  if (extension === '.jsonl' || extension === '.ndjson') return lineBodies(path, bytes, reading)
  const isTable = extension === '.csv' || extension === '.parquet' || extension === '.pq'
  if (isTable && reading.contentType === undefined) return tableBodies(path, bytes, reading)
  const contentType = reading.contentType ?? CONTENT_TYPES[extension] ?? 'application/octet-stream'
  if (contentType === JSON_TYPE) checkJson(bytes.toString('utf8'), path)
  return [{ bytes, contentType, rows: rowsOfBody(bytes, reading.dialect) }]
}

function lineBodies(
  path: string,
  bytes: Buffer,
  { dialect, contentType = JSON_TYPE }: FileReading,
): readonly FileBody[] {
  const lines = bytes.toString('utf8').split(/\r?\n/)
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    if (contentType === JSON_TYPE) checkJson(line, `${path}, line ${index + 1},`)
    const body = Buffer.from(line)
    return [{ bytes: body, contentType, rows: rowsOfBody(body, dialect) }]
  })
}

async function tableBodies(path: string, bytes: Buffer, reading: FileReading): Promise<readonly FileBody[]> {
  if (reading.dialect !== 'mlflow') {
    throw invalidParameter(
      `--payload ${path}: rows are sent by MLflow's protocol alone. Give bodies as JSON, or the file as it stands with ` +
        '--content-type',
    )
  }
  const frame = await frameOf(path, bytes, reading)
  return frameBodies(frame, reading.rows).map(({ text, rows }) => ({
    bytes: Buffer.from(text),
    contentType: JSON_TYPE,
    rows,
  }))
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

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw invalidParameter(`--payload ${path} cannot be read: ${messageOf(error)}`)
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
