/** What still waits to be sent. */
interface Unsent {
  readonly runId: string
  readonly queued: number
}

const unsent = new Set<Unsent>()

/**
 * Keeps a queue in mind until it is empty. A process that ends by itself first sends all that is queued; where it
 * is ended before (`process.exit()`), it says what is lost with it.
 */
export function rememberUnsent(queue: Unsent): void {
  if (unsent.size === 0) process.on('exit', tell)
  unsent.add(queue)
}

export function forgetSent(queue: Unsent): void {
  unsent.delete(queue)
  if (unsent.size === 0) process.off('exit', tell)
}

function tell(): void {
  for (const { runId, queued } of unsent) {
    process.stderr.write(
      `headrace: the process ended before ${queued} of what was logged to run ${runId} was sent: await flush() first\n`,
    )
  }
}
