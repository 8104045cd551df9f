import { Sql } from '../sql/sql.ts'

/**
 * How many values or rows a statement has: only these, so that the statements for lists of any length are few
 * texts, each prepared once.
 */
const SIZES = [256, 64, 16, 4, 1] as const

/** Lists of few sizes that hold these values together; a value may come more than once. For the values of an IN. */
export function paddedLists<T>(values: readonly T[]): readonly (readonly T[])[] {
  const [largest] = SIZES
  const lists: (readonly T[])[] = []
  for (let start = 0; start < values.length; start += largest) {
    lists.push(padded(values.slice(start, start + largest)))
  }
  return lists
}

/** The rows of several SELECTs. */
export function unionOf(selects: readonly Sql[]): Sql {
  return new Sql(['', ...selects.slice(1).map(() => ' UNION ALL '), ''], selects)
}

/** Parts of few sizes that are these values in order, each once. For the rows of an INSERT. */
export function partsOfFewSizes<T>(values: readonly T[]): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = []
  let start = 0
  for (const size of SIZES) {
    while (values.length - start >= size) {
      parts.push(values.slice(start, start + size))
      start += size
    }
  }
  return parts
}

function padded<T>(values: readonly T[]): readonly T[] {
  const size = SIZES.findLast((each) => each >= values.length) ?? SIZES[0]
  const last = values.at(-1) as T
  return [...values, ...Array.from({ length: size - values.length }, () => last)]
}
