/** Elements of a tensor at most, for one row. In float32 so many take 512 MiB, and an engine holds several. */
export const MAX_ELEMENTS = 2 ** 27

/** How many elements a row has at least. Whatever is not a positive number in the shape is free, and counts as 1. */
export function elementsOfRow(shape: readonly unknown[]): number {
  const sizes = shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1))
  return sizes.reduce((count, size) => count * size, 1)
}
