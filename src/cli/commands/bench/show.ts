/** Writes a result to standard output. Whoever reads may stop before its end, as `head` does: files are written all the same. */
export function show(text: string): void {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  process.stdout.write(text)
}
