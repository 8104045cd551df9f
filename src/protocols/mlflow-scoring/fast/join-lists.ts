import { type NumberList, NumberTraits } from '../../json-numbers/number-list.ts'

/**
 * Lists that follow each other as the one list of them; undefined where their shapes differ, or where an integer is so large that its
 * digits would be looked for in the body.
 */
export function joinLists(
  lists: readonly NumberList[],
  first: number,
  count: number,
): NumberList | undefined {
  const { shape, start, count: each } = lists[first]!
  let traits = 0
  for (let place = first; place < first + count; place++) {
    const list = lists[place]!
    if (!isSameShape(list.shape, shape)) return undefined
    traits |= list.traits
  }
  if ((traits & NumberTraits.LARGE_INTEGER) !== 0) return undefined
  return { shape: [count, ...shape], count: count * each, start, traits }
}

function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false
  return true
}
