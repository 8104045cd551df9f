/** Does the work for all items, at most `atOnce` at a time. The first that fails ends it, when those under way have ended. */
export async function several<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values()
  let failed = false
  const worker = async (): Promise<void> => {
    for (const item of rest) {
      if (failed) return
      try {
        await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  const failure = ended.find((each) => each.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}
