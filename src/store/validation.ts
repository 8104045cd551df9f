import { posix } from 'node:path'
import { asciiJson } from '../core/ascii-json.ts'
import { invalidParameter, type ServingError } from '../core/errors.ts'
import { pythonTextRepr } from '../core/python-repr.ts'
import type { Tag } from '../entities/tag.ts'

/** Rules for names, as in MLflow 3.17.2 (`mlflow/utils/validation.py`). All throw INVALID_PARAMETER_VALUE. */

const MAX_ALIAS_LENGTH = 255
const MAX_TAG_KEY_LENGTH = 250
export const MAX_REGISTRY_TAG_VALUE_LENGTH = 100_000
const MAX_EXPERIMENT_NAME_LENGTH = 500

/** What Python's `\w` takes. */
const WORD = String.raw`\p{L}\p{N}_`
const ALIAS = new RegExp(`^[${WORD}-]+$`, 'u')
/** Python's `$` lets a line break by at the end. */
const KEY = new RegExp(`^[/${WORD}.\\- :]*\\n?$`, 'u')

/** @param parameter that the name was given as */
export function requireModelName(name: string, parameter = 'name'): void {
  if (name.trim() === '') throw invalidParameter(`Missing value for required parameter '${parameter}'.`)
  if (/[/:]/.test(name)) {
    throw invalidParameter(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`)
  }
  requireOwnPath('name', name)
}

/** A name that an alias can have. Those that may not be given to a new alias are `requireNewAlias`'s business. */
export function requireAlias(alias: string): void {
  if (alias === '') throw invalidParameter('Registered model alias name cannot be empty.')
  if (!ALIAS.test(alias)) {
    throw invalidParameter(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    )
  }
  requireLength('Registered model alias name', MAX_ALIAS_LENGTH, alias)
}

export function requireNewAlias(alias: string): void {
  requireAlias(alias)
  if (alias.toLowerCase() === 'latest') {
    throw invalidParameter("'latest' alias name (case insensitive) is reserved.")
  }
  if (/^v\d+$/i.test(alias)) throw invalidParameter(`Version alias name '${alias}' is reserved.`)
}

/** A tag of a registered model or of a version. */
export function requireRegistryTag({ key, value }: Tag): void {
  requireKeyName('key', key)
  requireLength('key', MAX_TAG_KEY_LENGTH, key)
  requireLength('value', MAX_REGISTRY_TAG_VALUE_LENGTH, value)
}

/** A name that a metric, a param or a tag can have, but for its length. */
export function requireKeyName(parameter: string, name: string): void {
  if (!KEY.test(name)) {
    throw invalidValue(
      parameter,
      name,
      'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).',
    )
  }
  requireOwnPath(parameter, name)
}

export function requireLoggedModelName(name: string): void {
  if (name !== '' && !FORBIDDEN_IN_LOGGED_MODEL_NAME.test(name)) return
  throw invalidParameter(
    `Invalid model name (${pythonTextRepr(name)}) provided. Model name must be a non-empty string ` +
      `and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
  )
}

const FORBIDDEN_IN_LOGGED_MODEL_NAME = /[/:.%"']/

/** The nearest name that a logged model may have. */
export function asLoggedModelName(name: string): string {
  return name.replaceAll(new RegExp(FORBIDDEN_IN_LOGGED_MODEL_NAME, 'g'), '_')
}

export function requireExperimentName(name: string): void {
  if (name === '') throw invalidParameter(`Invalid experiment name: '${name}'`)
  requireLength('name', MAX_EXPERIMENT_NAME_LENGTH, name)
}

/** Refuses names such as `..` or `a//b`, which as a path mean another file. */
function requireOwnPath(parameter: string, name: string): void {
  const resolved = pythonNormalized(name)
  if (resolved === name && name !== '.' && !name.startsWith('..') && !name.startsWith('/')) return
  throw invalidValue(
    parameter,
    name,
    'Names may be treated as files in certain cases, and must not resolve to other names' +
      ` when treated as such. This name would resolve to '${resolved}'`,
  )
}

/** `os.path.normpath`: without a slash at the end, and with two at the start where there are two. */
function pythonNormalized(path: string): string {
  const normalized = posix.normalize(path).replace(/(?<=.)\/$/, '')
  return /^\/\/(?!\/)/.test(path) ? `/${normalized}` : normalized
}

/** `limit` counts characters as Python does, not UTF-16 units. */
export function requireLength(parameter: string, limit: number, value: string): void {
  if (!isLonger(value, limit)) return
  throw invalidParameter(`'${parameter}' exceeds the maximum length of ${limit} characters`)
}

/** Whether a text has more than so many characters. */
export function isLonger(value: string, limit: number): boolean {
  return value.length > limit && [...value].length > limit
}

export function invalidValue(parameter: string, value: string, reason?: string): ServingError {
  const rest = reason === undefined ? '.' : `: ${reason}`
  return invalidParameter(`Invalid value ${asciiJson(value)} for parameter '${parameter}' supplied${rest}`)
}
