/** A server of node:net, as far as it matters here. */
interface ConnectionSource {
  on(event: 'connection', listener: () => void): unknown
  off(event: 'connection', listener: () => void): unknown
}

/** Of a port that new connections never stop coming to. */
const FETCHING_MS = 1000

/**
 * Accepts the connections that the system has taken on already, which it would reset when the port closes. The event
 * loop takes one of them a turn (libuv since 1.45), so that it turns until one brings none: whoever closes the port
 * then, in the same turn, leaves the system as little time as there can be to take on another.
 */
export async function fetchWaitingConnections(server: ConnectionSource): Promise<void> {
  let fetched = 0
  const count = (): void => {
    fetched += 1
  }
  server.on('connection', count)
  const end = performance.now() + FETCHING_MS
  // The rest of the turn that this is called in may be past the moment at which it looks for connections.
  await turn()
  for (let before = -1; fetched > before && performance.now() < end; ) {
    before = fetched
    await turn()
  }
  server.off('connection', count)
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
