import { invalidParameter } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
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

/** As long as the examples are. */
function listValues({ items }: ArrayType, examples: readonly unknown[]): ValueMaker {
  const lists = examples.filter((value) => Array.isArray(value))
  const item = columnValues(items, lists.flat())
  const length = lengths(lists.map((list) => list.length))
  return (random) => Array.from({ length: length(random) }, () => item(random))
}

/** With the keys that the examples have. */
function mapValues({ values }: MapType, examples: readonly unknown[]): ValueMaker {
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

/** With all properties, also those that may be left out. */
function objectValues({ properties }: ObjectType, examples: readonly unknown[]): ValueMaker {
  const records = examples.filter(isRecord)
  const makers = properties.map(({ name, type }) => {
    const cells = records.map((record) => record[name]).filter((cell) => cell !== undefined)
    return [name, columnValues(type, cells)] as const
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
