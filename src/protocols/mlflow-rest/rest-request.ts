import { badRequest, invalidParameter, type ServingError } from '../../core/errors.ts'
import { decodeUtf8 } from '../mlflow-scoring/json/decode-text.ts'
import { JsonLimitError, JsonSyntaxError } from '../mlflow-scoring/json/json-syntax-error.ts'
import { readJson } from '../mlflow-scoring/json/read-json.ts'
import { isDict, isList, type PyDict, type PyValue } from '../mlflow-scoring/python/python-value.ts'
import { camelCase, type Incoming, type Message } from './message.ts'
import { readMessage } from './read-message.ts'
import { checkRequest, type RequestRules } from './request-rules.ts'

/** Where the fields of a request come from: the query of a GET, the body of every other verb. */
export type RequestSource =
  | { readonly query: string }
  | { readonly contentType: string | undefined; readonly body: Uint8Array }

/**
 * Reads and checks a request as `_get_request_message` does (`mlflow/server/handlers.py`, MLflow 3.17.2).
 * @throws ServingError BAD_REQUEST for a body of another content type, INVALID_PARAMETER_VALUE for a field that
 * breaks its rules
 */
export function readRequest<M extends Message>(
  type: M,
  rules: RequestRules,
  source: RequestSource,
): Incoming<M> {
  const fields = 'query' in source ? queryFields(type, source.query) : bodyFields(source)
  refuseTwoSpellings(type, fields)
  const { message, complete } = readMessage(type, fields)
  checkRequest(rules, fields, complete)
  return message
}

const EMPTY: PyDict = new Map()

/** A body that is no JSON counts as `{}`, and a JSON text that holds JSON is read again: older clients send that. */
function bodyFields(source: { contentType: string | undefined; body: Uint8Array }): PyDict {
  requireJson(source.contentType)
  let json = tryJson(source.body)
  if (typeof json === 'string') json = tryJson(json)
  if (json === undefined || json === null) return EMPTY
  if (isDict(json)) return json
  throw badRequest('The body of the request must be a JSON object')
}

function requireJson(contentType: string | undefined): void {
  if (contentType === undefined) throw wrongContentType('Content-Type header is missing.')
  const type = contentType.split(';', 1)[0]?.trim()
  if (type !== 'application/json') {
    throw wrongContentType("Content-Type must be one of ['application/json'].")
  }
}

function wrongContentType(reason: string): ServingError {
  return invalidParameter(`Bad Request. ${reason}`)
}

/** @throws ServingError BAD_REQUEST for what is nested too deep or has too many values, which must not pass for nothing */
function tryJson(body: Uint8Array | string): PyValue | undefined {
  const text = typeof body === 'string' ? body : decodeUtf8(body)
  if (text === undefined) return undefined
  try {
    return readJson(text)
  } catch (error) {
    if (error instanceof JsonLimitError) throw badRequest(error.message)
    if (error instanceof JsonSyntaxError) return undefined
    throw error
  }
}

/** Of a parameter that comes twice the first counts, but for lists. */
function queryFields(type: Message, query: string): PyDict {
  const parameters = new URLSearchParams(query)
  const fields = new Map<string, PyValue>()
  for (const [name, field] of Object.entries(type.fields)) {
    const values = parameters.getAll(name)
    const [first] = values
    if (first === undefined) continue
    if (field.repeated) fields.set(name, values)
    else fields.set(name, field.kind === 'bool' ? queryBool(first) : first)
  }
  return fields
}

function queryBool(text: string): boolean {
  const lower = text.toLowerCase()
  if (lower === 'true' || lower === 'false') return lower === 'true'
  throw invalidParameter(`Invalid boolean value: ${text}, must be 'true' or 'false'.`)
}

/** Of `secret_id` and `secretId` one decides who may and the other what is done: only one of them may be sent. */
function refuseTwoSpellings(type: Message, json: PyValue | undefined): void {
  if (!isDict(json)) return
  for (const { name, key, message } of spellingsOf(type)) {
    if (key !== name && json.has(name) && json.has(key)) {
      throw invalidParameter(`Request specifies both '${name}' and '${key}'; provide only one of them.`)
    }
    if (message === undefined) continue
    const value = json.get(name) ?? json.get(key)
    for (const item of isList(value) ? value : [value]) refuseTwoSpellings(message, item)
  }
}

interface Spelling {
  readonly name: string
  readonly key: string
  readonly message: Message | undefined
}

const spellings = new WeakMap<Message, readonly Spelling[]>()

/** The names of a message's fields, but for those that have one spelling and nothing inside. */
function spellingsOf(type: Message): readonly Spelling[] {
  let known = spellings.get(type)
  if (known === undefined) {
    known = Object.entries(type.fields)
      .map(([name, { message }]) => ({ name, key: camelCase(name), message }))
      .filter(({ name, key, message }) => key !== name || message !== undefined)
    spellings.set(type, known)
  }
  return known
}
