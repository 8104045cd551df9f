import { asciiJson } from '../../core/ascii-json.ts'
import { floatText } from '../mlflow-scoring/python/float-text.ts'
import { camelCase, type Field, type Message, type Outgoing } from './message.ts'

/**
 * The JSON text of a message as MLflow 3.17.2 writes it (`mlflow/utils/proto_json_utils.py`, `message_to_json`):
 * snake case, in the order of the field numbers, indented by two, 64-bit integers as numbers, doubles that are not
 * finite as texts, all in ASCII. What is undefined, and a list without items, is left out.
 */
export function writeMessage<M extends Message>(type: M, message: Outgoing<M>): string {
  return layoutOf(type, '\n').write(message as Readonly<Record<string, unknown>>)
}

type WriteValue = (value: unknown) => string

interface WrittenField {
  readonly key: string
  /** What stands before the value: a line break, the indentation and `"name": `. */
  readonly label: string
  readonly repeated: boolean
  readonly write: WriteValue
}

/** By the line on which an object begins: layouts of the same type differ in their indentation. */
const layouts = new WeakMap<Message, Map<string, MessageLayout>>()

function layoutOf(type: Message, line: string): MessageLayout {
  let known = layouts.get(type)
  if (known === undefined) {
    known = new Map()
    layouts.set(type, known)
  }
  let layout = known.get(line)
  if (layout === undefined) {
    layout = new MessageLayout(type, line)
    known.set(line, layout)
  }
  return layout
}

/** How messages of a type are written at a depth: all that is the same for each of them, made once. */
class MessageLayout {
  readonly #end: string
  readonly #fields: readonly WrittenField[]

  /** @param line a line break with the indentation of the line that the object begins on */
  constructor(type: Message, line: string) {
    const inner = `${line}  `
    this.#end = `${line}}`
    this.#fields = Object.entries(type.fields).map(([name, field]) => ({
      key: camelCase(name),
      label: `${inner}"${name}": `,
      repeated: field.repeated,
      write: field.repeated ? listWriter(field, inner) : valueWriter(field, inner),
    }))
  }

  write(message: Readonly<Record<string, unknown>>): string {
    let text = ''
    for (const { key, label, repeated, write } of this.#fields) {
      const value = message[key]
      if (value === undefined || (repeated && (value as readonly unknown[]).length === 0)) continue
      text += text === '' ? `{${label}` : `,${label}`
      text += write(value)
    }
    return text === '' ? '{}' : text + this.#end
  }
}

function listWriter(field: Field, line: string): WriteValue {
  const inner = `${line}  `
  const write = valueWriter(field, inner)
  return (items) => {
    let text = ''
    for (const item of items as readonly unknown[]) {
      text += text === '' ? `[${inner}` : `,${inner}`
      text += write(item)
    }
    return `${text}${line}]`
  }
}

function valueWriter({ kind, message }: Field, line: string): WriteValue {
  switch (kind) {
    case 'message': {
      const layout = layoutOf(message as Message, line)
      return (value) => layout.write(value as Readonly<Record<string, unknown>>)
    }
    case 'double':
      return (value) => writeDouble(value as number)
    case 'string':
    case 'enum':
      return (value) => asciiJson(value as string)
    case 'int64':
      return (value) => writeInteger(value as number)
    default:
      return String
  }
}

const INT64_LIMIT = 2n ** 63n

/** Readers of 64 bits refuse what a number beyond them was rounded to. */
function writeInteger(value: number): string {
  if (Number.isSafeInteger(value) || !Number.isFinite(value)) return String(value)
  const whole = BigInt(Math.trunc(value))
  if (whole >= INT64_LIMIT) return String(INT64_LIMIT - 1n)
  return String(whole < -INT64_LIMIT ? -INT64_LIMIT : whole)
}

function writeDouble(value: number): string {
  if (Number.isFinite(value)) return floatText(value)
  if (Number.isNaN(value)) return '"NaN"'
  return value > 0 ? '"Infinity"' : '"-Infinity"'
}
