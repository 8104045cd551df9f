/** The first `most` of them; all where that is left out. */
export async function taken<T>(
  items: AsyncIterable<T>,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly T[]> {
  const result: T[] = []
  for await (const item of items) {
    result.push(item)
    if (result.length >= most) break
  }
  return result
}
