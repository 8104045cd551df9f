import { badRequest, messageOf, ServingError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import { mayHoldTooMuch, readJson } from '../../mlflow-scoring/json/read-json.ts'
import { isDict, isList, type PyValue } from '../../mlflow-scoring/python/python-value.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** The JSON of a request, and how it was read. */
export interface JsonDocument {
  readonly value: JsonObject
  /** Integers beyond 2^53 are bigints; otherwise they are the nearest double. */
  readonly isExact: boolean
}

/** An integer of more digits than a double holds was met where they matter: the text is to be read exactly. */
export class DigitsLost extends Error {
  override readonly name = 'DigitsLost'
}

/**
 * Reads a request as `JSON.parse` does. Text that it refuses may still hold the tokens NaN, Infinity and -Infinity,
 * which Triton takes and Python's clients send: that is read in the slower, exact way.
 * @throws ServingError BAD_REQUEST
 */
export function parseDocument(text: string): JsonDocument {
  if (mayHoldTooMuch(text)) return parseExactly(text)
  const value = tryParse(text)
  return value === undefined ? parseExactly(text) : { value: objectOf(value), isExact: false }
}

/** @throws ServingError BAD_REQUEST */
export function parseExactly(text: string): JsonDocument {
  try {
    return { value: objectOf(plain(readJson(text))), isExact: true }
  } catch (error) {
    throw error instanceof ServingError ? error : badRequest(`The request is not JSON: ${messageOf(error)}.`)
  }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function objectOf(value: unknown): JsonObject {
  if (isRecord(value)) return value
  throw badRequest('The request must be a JSON object.')
}

/** As `JSON.parse` would have made it, but for integers that a double does not hold. */
function plain(value: PyValue): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
  if (isList(value)) return value.map(plain)
  if (!isDict(value)) return value
  const object: Record<string, unknown> = Object.create(null)
  for (const [key, item] of value) object[key] = plain(item)
  return object
}
