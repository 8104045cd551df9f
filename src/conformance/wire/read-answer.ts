import { isRecord } from '../../core/record.ts'
import { must, skip } from '../verdict.ts'
import { readExactJson } from './exact-json.ts'
import type { RestAnswer } from './rest-peer.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** The text of a header, where there is one. */
export function headerOf(answer: RestAnswer, name: string): string | undefined {
  const value = answer.headers[name]
  return typeof value === 'string' ? value : value?.join(', ')
}

export function mustSucceed(answer: RestAnswer): void {
  must(answer.status === 200, 'the status must be 200', answer.status)
}

/** For what servers keep to those who may: without a key it cannot be tried. */
export function mustBeAllowed(answer: RestAnswer): RestAnswer {
  const isKept = answer.status === 401 || answer.status === 403
  if (isKept) skip(`the server wants a key for it (${answer.status}): give it with --header`)
  return answer
}

/** @throws Verdict where the bytes are not JSON */
export function jsonOf(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes).toString('utf8')
  try {
    return readExactJson(text)
  } catch {
    return must(false, 'the body must be JSON', text)
  }
}

export function objectOf(bytes: Uint8Array): JsonObject {
  const value = jsonOf(bytes)
  must(isRecord(value), 'the body must be a JSON object', value)
  return value
}

/** The object of a successful answer. */
export function succeededWith(answer: RestAnswer): JsonObject {
  mustSucceed(answer)
  return objectOf(answer.body)
}

export function textMember(object: JsonObject, name: string): string {
  const value = object[name]
  must(typeof value === 'string', `"${name}" must be a string`, value)
  return value
}

export function listMember(object: JsonObject, name: string): readonly unknown[] {
  const value = object[name]
  must(Array.isArray(value), `"${name}" must be an array`, value)
  return value
}

export function textsMember(object: JsonObject, name: string): readonly string[] {
  return listMember(object, name).map((item) => {
    must(typeof item === 'string', `"${name}" must be an array of strings`, item)
    return item
  })
}

/** A failed request: an HTTP error status, and the error object. */
export function mustBeRefused(answer: RestAnswer, mistake: string): void {
  must(answer.status >= 400, `${mistake} must be answered with an HTTP error status`, answer.status)
  const { error } = objectOf(answer.body)
  must(typeof error === 'string' && error !== '', 'an error must have the body {"error": "text"}', error)
}

/** The mistake is the client's, and the status says so. */
export function mustBeClientError(answer: RestAnswer, mistake: string): void {
  const isClientError = answer.status >= 400 && answer.status < 500
  must(isClientError, `${mistake} should be answered with a status from 400 to 499`, answer.status)
}
