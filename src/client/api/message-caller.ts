import { invalidParameter, messageOf, ServingError } from '../../core/errors.ts'
import { camelCase, type Incoming, type Message, type Outgoing } from '../../protocols/mlflow-rest/message.ts'
import { readMessage } from '../../protocols/mlflow-rest/read-message.ts'
import { writeMessage } from '../../protocols/mlflow-rest/write-message.ts'
import { readJson } from '../../protocols/mlflow-scoring/json/read-json.ts'
import type { PyValue } from '../../protocols/mlflow-scoring/python/python-value.ts'
import type { CallOptions } from '../connection-options.ts'
import type { ApiCall } from './api-call.ts'
import type { ApiTransport, WireCall } from './api-transport.ts'

/** Makes calls of MLflow's API with messages, and reads what is answered. */
export class MessageCaller {
  readonly transport: ApiTransport

  constructor(transport: ApiTransport) {
    this.transport = transport
  }

  /** @throws ServingError what the server refused, `unreachable`, INVALID_STATE for an answer that is none */
  async call<Request extends Message, Reply extends Message>(
    call: ApiCall<Request, Reply>,
    request: Outgoing<Request>,
    { signal, maxRetries }: CallOptions = {},
  ): Promise<Incoming<Reply>> {
    const text = await this.transport.answer(wireCall(call, request), { signal, maxRetries })
    return this.#read(call, text)
  }

  #read<Request extends Message, Reply extends Message>(
    { path, reply }: ApiCall<Request, Reply>,
    text: string,
  ): Incoming<Reply> {
    const { message, complete } = readMessage(reply, this.#parsed(text, path))
    if (complete) return message
    throw this.#unexpected(path, `is no ${reply.name}`)
  }

  #parsed(text: string, path: string): PyValue {
    if (text.trim() === '') return new Map()
    try {
      return readJson(text)
    } catch (error) {
      throw this.#unexpected(path, `is no JSON (${messageOf(error)})`)
    }
  }

  #unexpected(path: string, what: string): ServingError {
    return new ServingError(
      'INVALID_STATE',
      `The answer of ${this.transport.url} to ${path} ${what}. Is this an MLflow server?`,
    )
  }
}

function wireCall<Request extends Message>(
  { verb, path, request: type }: ApiCall<Request>,
  request: Outgoing<Request>,
): WireCall {
  const fields = request as Readonly<Record<string, unknown>>
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => segmentOf(fields[camelCase(name)], name))
  if (verb !== 'GET') return { verb, path: filled, query: '', body: writeMessage(type, request) }
  return { verb, path: filled, query: queryOf(type, fields), body: undefined }
}

/** Nothing, `.` and `..` would make another path, of a call that is not meant. */
function segmentOf(value: unknown, name: string): string {
  const text = String(value)
  if (!/^\.{0,2}$/.test(text)) return encodeURIComponent(text)
  throw invalidParameter(`'${text}' cannot be the ${name} of anything`)
}

/** Of a list each item is a parameter of its own. */
function queryOf(type: Message, fields: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams()
  for (const name of Object.keys(type.fields)) {
    const value = fields[camelCase(name)]
    if (value === undefined) continue
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item))
  }
  return query.toString()
}
