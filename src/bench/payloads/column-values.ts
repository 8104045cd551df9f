import { invalidParameter } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { describeType } from '../../signature/describe-schema.ts'
import type { ArrayType, ColumnType, MapType, ObjectType } from '../../signature/model-signature.ts'
import { type Random, several, wholeNumber } from './random.ts'
import {
  binaries,
  booleans,
  datetimes,
  numbers,
  texts,
  type ValueMaker,
  wholeNumbers,
} from './scalar-values.ts'

/** Items of lists and maps of which no example tells how many there are. */
const [FEWEST_ITEMS, MOST_ITEMS] = [1, 4]

/**
 * Makes cells of a column.
 * @param examples cells that it had elsewhere, none where there are not any
 * @throws ServingError INVALID_PARAMETER_VALUE for a type that has no JSON form
 */
export function columnValues(type: ColumnType, examples: readonly unknown[]): ValueMaker {
  if (typeof type !== 'string') return nestedValues(type, examples)
  switch (type) {
    case 'boolean':
      return booleans
    case 'integer':
    case 'long':
      return wholeNumbers(examples)
    case 'float':
    case 'double':
      return numbers(examples)
    case 'string':
      return texts(examples)
    case 'binary':
      return binaries(examples)
    case 'datetime':
      return datetimes(examples)
    case 'any':
      return anyValues(examples)
    default:
      throw invalidParameter(
        `No bodies can be made for a column of type ${type}: give them with --payload FILE`,
      )
  }
}

function nestedValues(type: ArrayType | ObjectType | MapType, examples: readonly unknown[]): ValueMaker {
  switch (type.kind) {
    case 'array':
      return listValues(type, examples)
    case 'map':
      return mapValues(type, examples)
    default:
      return objectValues(type, examples)
  }
}

/** Types whose JSON values MLflow refuses within lists, maps and objects: it reads them as int64, float64 and text. */
const UNREADABLE_WITHIN: ReadonlySet<ColumnType> = new Set(['integer', 'float', 'datetime'])

/** Whether there is a JSON value of a type that stands within another. */
function isReadableWithin(type: ColumnType): boolean {
  if (typeof type === 'string' || type.kind !== 'object') return !UNREADABLE_WITHIN.has(type)
  return type.properties.every((property) => !property.required || isReadableWithin(property.type))
}

/** As long as the examples are; empty where no item can be read. */
function listValues({ items }: ArrayType, examples: readonly unknown[]): ValueMaker {
  if (!isReadableWithin(items)) return () => []
  const lists = examples.filter((value) => Array.isArray(value))
  const item = columnValues(items, lists.flat())
  const length = lengths(lists.map((list) => list.length))
  return (random) => Array.from({ length: length(random) }, () => item(random))
}

/** With the keys that the examples have; empty where no value can be read. */
function mapValues({ values }: MapType, examples: readonly unknown[]): ValueMaker {
  if (!isReadableWithin(values)) return () => ({})
  const maps = examples.filter(isRecord)
  const value = columnValues(values, maps.flatMap(Object.values))
  const keys = several([...new Set(maps.flatMap(Object.keys))])
  const count = lengths(maps.map((map) => Object.keys(map).length))
  return (random) =>
    Object.fromEntries(
      Array.from({ length: count(random) }, (_, place) => [
        keys?.[place % keys.length] ?? `key ${place}`,
        value(random),
      ]),
    )
}

/** With all properties that can be read, also those that may be left out. */
function objectValues(type: ObjectType, examples: readonly unknown[]): ValueMaker {
  if (!isReadableWithin(type)) {
    throw invalidParameter(
      `No bodies can be made for an object of ${describeType(type)}: MLflow takes no JSON for some of its properties`,
    )
  }
  const records = examples.filter(isRecord)
  const readable = type.properties.filter((property) => isReadableWithin(property.type))
  const makers = readable.map((property) => {
    const cells = records.map((record) => record[property.name]).filter((cell) => cell !== undefined)
    return [property.name, columnValues(property.type, cells)] as const
  })
  return (random) => Object.fromEntries(makers.map(([name, value]) => [name, value(random)]))
}

function anyValues(examples: readonly unknown[]): ValueMaker {
  const number = numbers([])
  const seen = several(examples)
  return (random) => (seen === undefined ? number(random) : seen[wholeNumber(random, 0, seen.length - 1)])
}

function lengths(seen: readonly number[]): (random: Random) => number {
  const [least, most] = seen.length > 0 ? [Math.min(...seen), Math.max(...seen)] : [FEWEST_ITEMS, MOST_ITEMS]
  return (random) => wholeNumber(random, least, most)
}
