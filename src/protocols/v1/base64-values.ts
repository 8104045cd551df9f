import { badRequest } from '../../core/errors.ts'
import { isDict, isList, type PyDict, type PyValue } from '../mlflow-scoring/python/python-value.ts'
import { jsonFloat } from '../mlflow-scoring/reply/json-text.ts'

const KEY = 'b64'
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/**
 * The same value with the text of each `{"b64": …}` in its place (TensorFlow Serving, "Encoding binary values").
 * @throws ServingError BAD_REQUEST for octets that are no text: the engines take strings.
 */
export function withoutBase64(value: PyValue): PyValue {
  if (isList(value)) return value.map(withoutBase64)
  if (!isDict(value)) return value
  const encoded = value.get(KEY)
  if (value.size === 1 && typeof encoded === 'string') return decoded(encoded)
  return new Map(Array.from(value, ([key, member]) => [key, withoutBase64(member)] as const))
}

function decoded(encoded: string): string {
  if (!BASE64.test(encoded)) throw badRequest("A value of 'b64' is not base64.")
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'))
  } catch {
    throw badRequest("A value of 'b64' is not text in UTF-8, which is what a model takes here.")
  }
}

/** JSON in which integers and floats stay apart, with the tokens for what is not finite. */
export function writeJson(value: PyValue): string {
  if (typeof value === 'number') return jsonFloat(value)
  if (typeof value === 'bigint') return String(value)
  if (isList(value)) return `[${value.map(writeJson).join(', ')}]`
  if (isDict(value)) return writeDict(value)
  return JSON.stringify(value)
}

function writeDict(value: PyDict): string {
  const members = Array.from(value, ([key, member]) => `${JSON.stringify(key)}: ${writeJson(member)}`)
  return `{${members.join(', ')}}`
}
