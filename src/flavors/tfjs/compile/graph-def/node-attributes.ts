import type { ElementType } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'

type Json = Readonly<Record<string, unknown>>

/** TensorFlow's types that TF.js has a tensor type for (tfjs-converter, `parseDtypeParam`), by name and by number. */
const TYPES: ReadonlyMap<unknown, ElementType> = new Map<unknown, ElementType>([
  ...typesOf('float32', { DT_FLOAT: 1, DT_DOUBLE: 2, DT_HALF: 19 }),
  ...typesOf('int32', { DT_INT32: 3, DT_UINT8: 4, DT_INT8: 6, DT_INT64: 9 }),
  ...typesOf('bool', { DT_BOOL: 10 }),
])

function typesOf(type: ElementType, names: Readonly<Record<string, number>>): [unknown, ElementType][] {
  return Object.entries(names).flatMap(([name, number]) => [
    [name, type],
    [number, type],
  ])
}

/**
 * Attributes of a node of a GraphDef in JSON. What is absent is what tfjs-converter takes it for, which is not always
 * TensorFlow's default.
 */
export class NodeAttributes {
  readonly #attributes: Json

  constructor(attributes: Json) {
    this.#attributes = attributes
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined
  }

  /** An integer or a float; the fallback stands for 0 as well where JSON leaves zeros out. */
  number(name: string, fallback: number): number {
    const attribute = this.#get(name)
    return toNumber(attribute?.['i'] ?? attribute?.['f'] ?? fallback, name)
  }

  /** @throws NotCompiled where it is a fraction. */
  integer(name: string, fallback: number): number {
    return expectInteger(this.number(name, fallback), name)
  }

  /** [] where absent. @throws NotCompiled where one is a fraction. */
  integers(name: string): readonly number[] {
    const list = this.#list(name)
    const floats = list?.['f']
    const numbers = Array.isArray(floats) && floats.length > 0 ? floats : (list?.['i'] ?? [])
    if (!Array.isArray(numbers)) throw new NotCompiled(`attribute '${name}' is no list of numbers`)
    return numbers.map((each) => expectInteger(toNumber(each, name), name))
  }

  flag(name: string): boolean {
    return this.#get(name)?.['b'] === true
  }

  /** Whether a flag that is on by default was turned off. */
  isOff(name: string): boolean {
    return this.#get(name)?.['b'] === false
  }

  /** In small letters. */
  text(name: string, fallback = ''): string {
    const attribute = this.#get(name)
    return attribute === undefined ? fallback : toText(attribute['s'], name)
  }

  texts(name: string): readonly string[] {
    const texts = this.#list(name)?.['s'] ?? []
    if (!Array.isArray(texts)) throw new NotCompiled(`attribute '${name}' is no list of texts`)
    return texts.map((each) => toText(each, name))
  }

  type(name: string, fallback?: ElementType): ElementType {
    const type = this.#get(name)?.['type']
    if (type === undefined && fallback !== undefined) return fallback
    const known = TYPES.get(type)
    if (known === undefined) throw new NotCompiled(`type ${String(type)} in attribute '${name}'`)
    return known
  }

  #get(name: string): Json | undefined {
    return asObject(this.#attributes[name])
  }

  #list(name: string): Json | undefined {
    return asObject(this.#get(name)?.['list'])
  }
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null ? (value as Json) : undefined
}

/** JSON of protobuf has 64-bit integers as text. */
function toNumber(value: unknown, name: string): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (typeof number !== 'number') throw new NotCompiled(`attribute '${name}' is no number`)
  return number
}

function expectInteger(number: number, name: string): number {
  if (!Number.isSafeInteger(number)) throw new NotCompiled(`attribute '${name}' is ${number}, no integer`)
  return number
}

/** Bytes in base64, or as a list of numbers. */
function toText(value: unknown, name: string): string {
  if (value !== undefined && typeof value !== 'string' && !Array.isArray(value))
    throw new NotCompiled(`attribute '${name}' is no text`)
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : Buffer.from(value ?? [])
  return bytes.toString('utf8').toLowerCase()
}
