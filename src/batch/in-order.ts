/**
 * Works on up to `width` items at the same time and gives the results in the order of the items. No further item is
 * taken while that many are under way or their results wait to be taken, so that memory stays bounded.
 * Work under way is waited for before this ends, however it ends.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
  width: number,
): AsyncGenerator<Result, void, undefined> {
  const underWay: Promise<Result>[] = []
  try {
    for await (const item of items) {
      const result = work(item)
      // Its failure is seen when its turn comes, and must not count as unhandled until then.
      result.catch(() => {})
      underWay.push(result)
      if (underWay.length >= width) yield await underWay.shift()!
    }
    while (underWay.length > 0) yield await underWay.shift()!
  } finally {
    await Promise.allSettled(underWay)
  }
}
