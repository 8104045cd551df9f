const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const cleanups = new Set<() => void>()

/**
 * Has `cleanup` called when this process ends, however it does short of SIGKILL. It must not wait for anything.
 * @returns ends that, once there is nothing left to clean up.
 */
export function onInterruption(cleanup: () => void): () => void {
  if (cleanups.size === 0) listen()
  cleanups.add(cleanup)
  return () => {
    cleanups.delete(cleanup)
    if (cleanups.size === 0) listenNoMore()
  }
}

function listen(): void {
  process.on('exit', cleanUp)
  for (const signal of SIGNALS) process.on(signal, endBy)
}

function listenNoMore(): void {
  process.off('exit', cleanUp)
  for (const signal of SIGNALS) process.off(signal, endBy)
}

function cleanUp(): void {
  for (const cleanup of cleanups) cleanup()
}

/** Ends as if nobody had listened, so that whoever waits is told of the signal. */
function endBy(signal: NodeJS.Signals): void {
  cleanUp()
  listenNoMore()
  process.kill(process.pid, signal)
}
