import type { Server } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { invalidParameter, messageOf } from '../core/errors.ts'
import type { App } from './app.ts'
import { OpenConnections } from './open-connections.ts'

/**
 * How long a connection without a request is kept once the server stops: its client may have sent one already,
 * or be about to, and learns from the answer that the connection ends.
 */
const LINGER_MS = 500
const CLOSE_IDLE_EVERY_MS = 50

export interface ListenOptions {
  readonly host: string
  /** 0: one that the system chooses. */
  readonly port: number
  /** Several threads or processes listen on this port (Linux). The caller has made sure that it is free. */
  readonly reusePort?: boolean
}

/** Starts to accept connections. @throws ServingError INVALID_PARAMETER_VALUE when the address cannot be had. */
export async function listen(app: App, options: ListenOptions): Promise<RunningServer> {
  const { server } = app
  const connections = new OpenConnections(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(refused(options, error)))
    server.listen({ ...options }, resolve)
  })
  server.removeAllListeners('error')
  return new RunningServer(app, connections, options.host)
}

/** A server that accepts connections, until it is stopped. */
export class RunningServer {
  readonly url: string
  readonly port: number
  readonly #app: App
  readonly #connections: OpenConnections
  #stopping: Promise<void> | undefined

  constructor(app: App, connections: OpenConnections, host: string) {
    this.#app = app
    this.#connections = connections
    this.port = (app.server.address() as AddressInfo).port
    const scheme = app.options.sslCertfile === undefined ? 'http' : 'https'
    this.url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${this.port}`
  }

  /**
   * `/ready` turns 503 and no more connections are accepted; each is closed after its next answer, or after half
   * a second without a request. Resolves when all requests are answered, at the latest after `graceMs`; what is left then is cut off. A
   * second call with a shorter time cuts the first one short.
   */
  stop({ graceMs }: { graceMs: number }): Promise<void> {
    const cutOff = setTimeout(() => this.#app.server.closeAllConnections(), graceMs)
    this.#stopping ??= this.#drain()
    return this.#stopping.finally(() => clearTimeout(cutOff))
  }

  async #drain(): Promise<void> {
    const { registry, server, fastify } = this.#app
    registry.draining = true
    // Those that the system has taken on already would be reset: one turn of the event loop fetches them.
    await setImmediate()
    const closed = stopAccepting(server)
    const lingerEnd = performance.now() + LINGER_MS
    const closeIdle = setInterval(() => {
      if (performance.now() >= lingerEnd) this.#connections.closeIdle()
    }, CLOSE_IDLE_EVERY_MS)
    await closed
    clearInterval(closeIdle)
    await registry.empty()
    await fastify.close()
  }
}

/** Not by `server.close()` of node:http: that closes idle connections at once, and a request on its way is lost. */
function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()))
}

function refused({ host, port }: ListenOptions, error: NodeJS.ErrnoException) {
  const reason = REFUSALS[error.code ?? ''] ?? messageOf(error)
  return invalidParameter(`Cannot listen on ${host}:${port}: ${reason}.`, { host, port })
}

const REFUSALS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program is listening there; choose another port',
  EACCES: 'the system does not allow it; choose a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address; 0.0.0.0 means all that it has',
  ENOTFOUND: 'there is no machine of that name',
}
