/** The items up to the moment when the signal says that no more are wanted. One that is waited for is left alone. */
export async function* untilAborted<Item>(
  items: AsyncIterable<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item, void, undefined> {
  const iterator = items[Symbol.asyncIterator]()
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  try {
    while (!signal.aborted) {
      const next = await Promise.race([iterator.next(), aborted])
      if (next === undefined || next.done === true) return
      yield next.value
    }
  } finally {
    const ended = iterator.return?.()
    // A pipe that nobody writes to any more does not end.
    if (!signal.aborted) await ended
    else ended?.catch(() => {})
  }
}
