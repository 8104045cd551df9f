/** Waits for several things that are done at once. Where one fails, the others are ended, and have ended, when its error is thrown. */
export async function sideBySide<T extends readonly Promise<unknown>[] | []>(
  signal: AbortSignal,
  start: (signal: AbortSignal) => T,
): Promise<{ -readonly [Key in keyof T]: Awaited<T[Key]> }> {
  const failed = new AbortController()
  const running = start(AbortSignal.any([signal, failed.signal]))
  try {
    return await Promise.all(running)
  } catch (error) {
    failed.abort(error)
    await Promise.allSettled(running)
    throw error
  }
}
