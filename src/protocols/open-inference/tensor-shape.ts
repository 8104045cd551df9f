import { badRequest } from '../../core/errors.ts'
import { quoted } from './quoted.ts'

/** More dimensions than NumPy has (64) are a mistake. */
const MAX_RANK = 64

/** Elements beyond this fit into no typed array. */
const MAX_ELEMENTS = 2 ** 32

/**
 * A tensor without elements costs its sender nothing, whatever it claims, while engines and batches work for each
 * row: most rows of one, and most elements that its other dimensions make.
 */
const MAX_EMPTY_ROWS = 2 ** 16
const MAX_EMPTY_ELEMENTS = 2 ** 24

/**
 * The number of elements of a shape that a client sent, checked before anything is allotted for it.
 * @throws ServingError BAD_REQUEST for dimensions that no tensor has
 */
export function checkedCount(name: string, shape: readonly number[]): number {
  if (shape.length > MAX_RANK) {
    throw badRequest(
      `The shape of input ${quoted(name)} has ${shape.length} dimensions; ${MAX_RANK} are the most.`,
    )
  }
  let count = 1
  let product = 1
  for (const dim of shape) {
    if (!(Number.isSafeInteger(dim) && dim >= 0)) throw wrongDimension(name, dim)
    count *= dim
    if (dim !== 0) product *= dim
  }
  const fits = count === 0 ? isSmallEmpty(shape, product) : product <= MAX_ELEMENTS
  if (!fits) {
    throw badRequest(`The shape ${shapeText(shape)} of input ${quoted(name)} is too large.`, { input: name })
  }
  return count
}

function isSmallEmpty(shape: readonly number[], product: number): boolean {
  return product <= MAX_EMPTY_ELEMENTS && shape[0]! <= MAX_EMPTY_ROWS
}

function wrongDimension(name: string, dim: number): Error {
  return badRequest(
    `The shape of input ${quoted(name)} has the dimension ${dim}; dimensions are whole numbers, 0 or more.`,
    { input: name },
  )
}

/** `[2,3]` */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(',')}]`
}
