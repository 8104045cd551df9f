import { invalidParameter, type ServingError } from '../../core/errors.ts'
import { isList, type PyDict, type PyValue, typeName } from '../mlflow-scoring/python/python-value.ts'
import { pythonCompactJson } from './python-compact-json.ts'
import { readPythonFloat, toPythonInteger } from './read-scalar.ts'

/** A check of one field of a request, as MLflow's handlers name them for their `schema` (`_assert_…`, 3.17.2). */
export interface Rule {
  /** Checks of a type are left out where the whole message could be read. */
  readonly ofType: boolean
  readonly holds: (value: PyValue) => boolean
  /** The text of the error, where it is not the usual one. */
  readonly message?: string | ((value: PyValue) => string)
}

/** By the field's wire name, in the order in which they are checked. */
export type RequestRules = Readonly<Record<string, readonly Rule[]>>

/** Neither missing, nor null, nor the empty text, which is what a text that is not sent reads as in protobuf. */
export const required: Rule = { ofType: false, holds: (value) => value !== null && value !== '' }
export const isText: Rule = { ofType: true, holds: (value) => typeof value === 'string' }
export const isBool: Rule = { ofType: true, holds: (value) => typeof value === 'boolean' }
export const isArray: Rule = { ofType: true, holds: isList }
export const isArrayOfTexts: Rule = {
  ofType: true,
  holds: (value) => isList(value) && value.every((item) => typeof item === 'string'),
}
/** What Python's `int()` takes. */
export const isIntLike: Rule = { ofType: true, holds: (value) => toPythonInteger(value) !== undefined }
/** What Python's `float()` takes, but for `nan`: protobuf does not read that, and MLflow then logs 0. */
export const isFloatLike: Rule = { ofType: true, holds: isFloatLikeValue }

/** A rule that is checked whether or not the message could be read; `message` stands in place of the usual text. */
export function must(holds: Rule['holds'], message?: Rule['message']): Rule {
  return { ofType: false, holds, ...(message === undefined ? {} : { message }) }
}

/**
 * Checks the fields of a request. A rule is asked where the field was sent, and `required` always; `run_uuid` stands
 * in for `run_id`.
 * @param complete whether the whole message could be read
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function checkRequest(rules: RequestRules, fields: PyDict, complete: boolean): void {
  for (const [name, checks] of Object.entries(rules)) {
    if (!fields.has(name) && !checks.includes(required)) continue
    const sent = fields.get(name) ?? null
    const value = name === 'run_id' && sent === null ? (fields.get('run_uuid') ?? null) : sent
    const broken = checks.find((rule) => !(rule.ofType && complete) && !rule.holds(value))
    if (broken !== undefined) throw ruleBroken(broken, name, value)
  }
}

const SEE_DOCS = ' See the API docs for more information about request parameters.'

function ruleBroken(rule: Rule, name: string, value: PyValue): ServingError {
  if (rule.message !== undefined) {
    const text = typeof rule.message === 'string' ? rule.message : rule.message(value)
    return invalidParameter(text + SEE_DOCS, { parameter: name })
  }
  if (rule === required) {
    return invalidParameter(`Missing value for required parameter '${name}'.${SEE_DOCS}`, { parameter: name })
  }
  const hint = ` Hint: Value was of type '${typeName(value)}'.`
  return invalidParameter(
    `Invalid value ${pythonCompactJson(value)} for parameter '${name}' supplied: ${hint}${SEE_DOCS}`,
    { parameter: name },
  )
}

function isFloatLikeValue(value: PyValue): boolean {
  if (typeof value === 'string') return value !== 'nan' && readPythonFloat(value) !== undefined
  return typeof value !== 'object'
}
