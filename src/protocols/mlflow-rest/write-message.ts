import { asciiJson } from '../../core/ascii-json.ts'
import { floatText } from '../mlflow-scoring/python/float-text.ts'
import { camelCase, type Field, type Message, type Outgoing } from './message.ts'

/**
 * The JSON text of a message as MLflow 3.17.2 writes it (`mlflow/utils/proto_json_utils.py`, `message_to_json`):
 * snake case, in the order of the field numbers, indented by two, 64-bit integers as numbers, doubles that are not
 * finite as texts, all in ASCII. What is undefined, and a list without items, is left out.
 */
export function writeMessage<M extends Message>(type: M, message: Outgoing<M>): string {
  return writeObject(type, message as Readonly<Record<string, unknown>>, '\n')
}

interface WrittenField {
  readonly key: string
  /** `"name": ` */
  readonly label: string
  readonly field: Field
}

const layouts = new WeakMap<Message, readonly WrittenField[]>()

function layoutOf(type: Message): readonly WrittenField[] {
  let layout = layouts.get(type)
  if (layout === undefined) {
    layout = Object.entries(type.fields).map(([name, field]) => ({
      key: camelCase(name),
      label: `"${name}": `,
      field,
    }))
    layouts.set(type, layout)
  }
  return layout
}

/** `line` is a line break with the indentation of the line that the object begins on. */
function writeObject(type: Message, message: Readonly<Record<string, unknown>>, line: string): string {
  const inner = `${line}  `
  let text = ''
  for (const { key, label, field } of layoutOf(type)) {
    const value = message[key]
    if (value === undefined || (field.repeated && (value as readonly unknown[]).length === 0)) continue
    text += text === '' ? inner : `,${inner}`
    text += label
    text += field.repeated
      ? writeList(field, value as readonly unknown[], inner)
      : writeValue(field, value, inner)
  }
  return text === '' ? '{}' : `{${text}${line}}`
}

function writeList(field: Field, items: readonly unknown[], line: string): string {
  const inner = `${line}  `
  let text = '['
  for (const [index, item] of items.entries()) {
    text += index === 0 ? inner : `,${inner}`
    text += writeValue(field, item, inner)
  }
  return `${text}${line}]`
}

function writeValue(field: Field, value: unknown, line: string): string {
  switch (field.kind) {
    case 'message':
      return writeObject(field.message as Message, value as Readonly<Record<string, unknown>>, line)
    case 'double':
      return writeDouble(value as number)
    case 'string':
    case 'enum':
      return asciiJson(value as string)
    case 'int64':
      return writeInteger(value as number)
    default:
      return String(value)
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
