import { posix } from 'node:path'
import { invalidParameter } from '../core/errors.ts'
import type { Tag } from '../entities/tag.ts'

/** Rules for names, as in MLflow 3.17.2 (`mlflow/utils/validation.py`). All throw INVALID_PARAMETER_VALUE. */

const MAX_ALIAS_LENGTH = 255
const MAX_TAG_KEY_LENGTH = 250
const MAX_REGISTRY_TAG_VALUE_LENGTH = 100_000
const MAX_EXPERIMENT_NAME_LENGTH = 500

/** What Python's `\w` takes. */
const WORD = String.raw`\p{L}\p{N}_`
const ALIAS = new RegExp(`^[${WORD}-]+$`, 'u')
const KEY = new RegExp(`^[/${WORD}.\\- :]*$`, 'u')

export function requireModelName(name: string): void {
  if (name.trim() === '') throw invalidParameter("Missing value for required parameter 'name'.")
  if (/[/:]/.test(name)) {
    throw invalidParameter(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`)
  }
  requireOwnPath('name', name)
}

/** A version's number from its text. */
export function requireVersion(version: string): number {
  const number = Number(version)
  if (!/^\d+$/.test(version) || !Number.isSafeInteger(number)) {
    throw invalidParameter(`Parameter 'version' must be an integer, got '${version}'.`)
  }
  return number
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
  if (!KEY.test(key)) {
    throw invalidValue(
      'key',
      key,
      'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).',
    )
  }
  requireOwnPath('key', key)
  requireLength('key', MAX_TAG_KEY_LENGTH, key)
  requireLength('value', MAX_REGISTRY_TAG_VALUE_LENGTH, value)
}

export function requireLoggedModelName(name: string): void {
  if (name !== '' && !FORBIDDEN_IN_LOGGED_MODEL_NAME.test(name)) return
  throw invalidParameter(
    `Invalid model name ('${name}') provided. Model name must be a non-empty string ` +
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
  const resolved = posix.normalize(name).replace(/(?<=.)\/$/, '')
  if (resolved === name && name !== '.' && !name.startsWith('..') && !name.startsWith('/')) return
  throw invalidValue(
    parameter,
    name,
    'Names may be treated as files in certain cases, and must not resolve to other names' +
      ` when treated as such. This name would resolve to '${resolved}'`,
  )
}

/** `limit` counts characters as Python does, not UTF-16 units. */
function requireLength(parameter: string, limit: number, value: string): void {
  if (value.length <= limit || [...value].length <= limit) return
  throw invalidParameter(`'${parameter}' exceeds the maximum length of ${limit} characters`)
}

function invalidValue(parameter: string, value: string, reason: string): Error {
  return invalidParameter(
    `Invalid value ${JSON.stringify(value)} for parameter '${parameter}' supplied: ${reason}`,
  )
}
