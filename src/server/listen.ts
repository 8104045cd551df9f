import type { AddressInfo } from 'node:net'
import { invalidParameter, messageOf } from '../core/errors.ts'
import type { App } from './app.ts'

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
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(refused(options, error)))
    server.listen({ ...options }, resolve)
  })
  server.removeAllListeners('error')
  return new RunningServer(app, options.host)
}

/** A server that accepts connections, until it is stopped. */
export class RunningServer {
  readonly url: string
  readonly port: number
  readonly #app: App
  #stopping: Promise<void> | undefined

  constructor(app: App, host: string) {
    this.#app = app
    this.port = (app.server.address() as AddressInfo).port
    const scheme = app.options.sslCertfile === undefined ? 'http' : 'https'
    this.url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${this.port}`
  }

  /**
   * `/ready` turns 503 and no more connections are accepted; idle ones are closed, busy ones after their answer.
   * Resolves when all requests are answered, at the latest after `graceMs`; what is left then is cut off. A
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
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    await registry.empty()
    await closed
    await fastify.close()
  }
}

function refused({ host, port }: ListenOptions, error: NodeJS.ErrnoException) {
  const reason =
    error.code === 'EADDRINUSE'
      ? 'another program is listening there; choose another port'
      : error.code === 'EACCES'
        ? 'the system does not allow it; choose a port above 1023'
        : messageOf(error)
  return invalidParameter(`Cannot listen on ${host}:${port}: ${reason}.`, { host, port })
}
