import type { FormName } from '../mlflow-scoring/forms/envelope.ts'
import { JsonSyntaxError } from '../mlflow-scoring/json/json-syntax-error.ts'
import { readJson } from '../mlflow-scoring/json/read-json.ts'
import { isDict, isList, type PyValue } from '../mlflow-scoring/python/python-value.ts'
import { writeJson } from '../v1/base64-values.ts'

/** A body of `/score`, as MLflow's codec reads it. */
export interface ScoreBody {
  readonly bytes: Uint8Array
  /** It was sent as `input_data`, not in one of MLflow's own forms. */
  readonly isInputData: boolean
}

const KEY = 'input_data'
const SPLIT_KEYS: ReadonlySet<string> = new Set(['columns', 'index', 'data'])

/** Nearly every body begins with its data, and then no more than its beginning has to be read: to the end of its first key. */
const BEGINNING =
  /^\s*\{\s*"input_data"(?=\s*:\s*(?:(\[\s*\{)|(\[)\s*[^\s{]|(\{\s*"(?:columns|index|data)"\s*:)|\{\s*"(?!(?:columns|index|data)")[^"\\]+"))/
const BEGINNING_BYTES = 256

/**
 * Finds MLflow's form of what Azure ML calls `input_data` ("Deploy MLflow models to online endpoints", 2024): an object
 * with columns, index and data is a split frame, a list of objects has records, and all else are tensors.
 */
export function readScoreBody(body: Uint8Array): ScoreBody {
  const octets = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const begun = BEGINNING.exec(octets.toString('latin1', 0, BEGINNING_BYTES))
  if (begun !== null) {
    const [{ length }, records, list, split] = begun
    const form = records ? 'dataframe_records' : list ? 'inputs' : split ? 'dataframe_split' : 'inputs'
    return { bytes: Buffer.concat([Buffer.from(`{"${form}"`), octets.subarray(length)]), isInputData: true }
  }
  return octets.includes(`"${KEY}"`) ? readWhole(octets) : { bytes: body, isInputData: false }
}

/** Of a body that is no JSON MLflow's codec says what is wrong with it. */
function readWhole(octets: Buffer): ScoreBody {
  const members = parsed(octets)
  if (!isDict(members) || !members.has(KEY)) return { bytes: octets, isInputData: false }
  const renamed = Array.from(members, ([key, value]) => [key === KEY ? formOf(value) : key, value] as const)
  return { bytes: Buffer.from(writeJson(new Map(renamed))), isInputData: true }
}

function parsed(octets: Buffer): PyValue | undefined {
  try {
    return readJson(octets.toString())
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined
    throw error
  }
}

/** By what it begins with, as above. */
function formOf(value: PyValue): FormName {
  if (isList(value)) return value[0] !== undefined && isDict(value[0]) ? 'dataframe_records' : 'inputs'
  if (!isDict(value)) return 'inputs'
  const [first] = value.keys()
  return first !== undefined && SPLIT_KEYS.has(first) ? 'dataframe_split' : 'inputs'
}
