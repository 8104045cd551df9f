/** As shells have it for a program that a signal ended. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** Listeners that end the process only where nobody else listens. */
const ONLY_ALONE = new WeakSet<object>()

/** Notes a listener for signals as one that leaves it to others, where there are some. */
export function notePlaceholder(listener: (signal: NodeJS.Signals) => void): void {
  ONLY_ALONE.add(listener)
}

/**
 * The kernel keeps signals from the first process of a container as long as it does not listen for them (pid_namespaces(7)): one
 * that is stopped while it loads its model would go on as if nothing had been said. Until a command listens itself, they end it.
 */
export function endBySignals(): void {
  if (process.pid !== 1) return
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const end = (): void => {
      if (process.listeners(signal).every((listener) => ONLY_ALONE.has(listener))) {
        process.exit(EXIT_CODES[signal])
      }
    }
    notePlaceholder(end)
    process.on(signal, end)
  }
}
