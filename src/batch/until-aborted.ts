/** The items up to the moment when the signal says that no more are wanted. One that is waited for is left alone. */
export async function* untilAborted<Item>(
  items: AsyncIterable<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item, void, undefined> {
  const iterator = items[Symbol.asyncIterator]()
  try {
    while (!signal.aborted) {
      const next = await unlessAborted(iterator.next(), signal)
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

/** `Promise.race` with one promise for the signal would keep all items in memory as long as that one. */
function unlessAborted<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
