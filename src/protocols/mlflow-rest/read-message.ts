import { isDict, isList, type PyDict, type PyValue } from '../mlflow-scoring/python/python-value.ts'
import { camelCase, type Field, type Incoming, type Message } from './message.ts'
import { readScalar, UNKNOWN_ENUM, UNREADABLE } from './read-scalar.ts'

export interface ReadMessage<M extends Message> {
  readonly message: Incoming<M>
  /** False where a value did not fit its field: the fields that came after it are not set. */
  readonly complete: boolean
}

/**
 * Reads a message as `google.protobuf.json_format.ParseDict(…, ignore_unknown_fields=True)` fills one, and MLflow
 * 3.17.2 uses it: fields are set in the order in which they come; at the first value that does not fit, reading
 * ends, and what was set stays. Names may be in camel case too; numbers may come as texts.
 */
export function readMessage<M extends Message>(type: M, json: PyValue): ReadMessage<M> {
  const reader = new MessageReader()
  const message = reader.read(type, json)
  return { message: message as Incoming<M>, complete: reader.complete }
}

type FieldsByName = ReadonlyMap<string, { readonly key: string; readonly field: Field }>

const tables = new WeakMap<Message, FieldsByName>()

function fieldsByName(type: Message): FieldsByName {
  let table = tables.get(type)
  if (table === undefined) {
    const entries = Object.entries(type.fields).flatMap(([name, field]) => {
      const key = camelCase(name)
      return [
        [name, { key, field }],
        [key, { key, field }],
      ] as const
    })
    table = new Map(entries)
    tables.set(type, table)
  }
  return table
}

class MessageReader {
  complete = true

  read(type: Message, json: PyValue): Record<string, unknown> {
    const message = emptyMessage(type)
    if (isDict(json)) this.#fill(message, type, json)
    else this.complete = false
    return message
  }

  #fill(message: Record<string, unknown>, type: Message, json: PyDict): void {
    const fields = fieldsByName(type)
    for (const [name, value] of json) {
      const found = fields.get(name)
      if (found === undefined) continue
      if (value === null) message[found.key] = found.field.repeated ? [] : undefined
      else this.#set(message, found.key, found.field, value)
      if (!this.complete) return
    }
  }

  #set(message: Record<string, unknown>, key: string, field: Field, json: PyValue): void {
    if (!field.repeated) {
      const value = this.#value(field, json)
      if (value !== UNREADABLE && value !== UNKNOWN_ENUM) message[key] = value
      return
    }
    const items: unknown[] = []
    message[key] = items
    if (!isList(json)) {
      this.complete = false
      return
    }
    for (const item of json) {
      const value = this.#value(field, item)
      if (value !== UNREADABLE && value !== UNKNOWN_ENUM) items.push(value)
      if (!this.complete) return
    }
  }

  #value(field: Field, json: PyValue): unknown {
    if (field.message !== undefined) return this.read(field.message, json)
    const value = readScalar(field, json)
    if (value === UNREADABLE) this.complete = false
    return value
  }
}

/** Whether a field is a list, by its key. */
const emptyLists = new WeakMap<Message, ReadonlyMap<string, boolean>>()

function emptyMessage(type: Message): Record<string, unknown> {
  let lists = emptyLists.get(type)
  if (lists === undefined) {
    lists = new Map(Object.entries(type.fields).map(([name, { repeated }]) => [camelCase(name), repeated]))
    emptyLists.set(type, lists)
  }
  const message: Record<string, unknown> = {}
  for (const [key, isList] of lists) message[key] = isList ? [] : undefined
  return message
}
