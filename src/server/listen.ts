import type { Server } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { cannotListen } from '../core/cannot-listen.ts'
import { acceptingMs, isQuiet, type TrafficReport } from '../core/traffic-report.ts'
import { fetchWaitingConnections } from '../core/waiting-connections.ts'
import type { Companion } from './companion.ts'
import { Departure } from './departure.ts'
import type { ListeningApp } from './listening-app.ts'
import { OpenConnections } from './open-connections.ts'

/**
 * How long a connection without a request is kept once the server stops: its client may have sent one already,
 * or be about to, and learns from the answer that the connection ends.
 */
const LINGER_MS = 500
const CLOSE_IDLE_EVERY_MS = 50
const DEPARTURE_POLL_MS = 100

export interface ListenOptions {
  readonly host: string
  /** 0: one that the system chooses. */
  readonly port: number
  /** Other threads or programs may listen on this port too (Linux); without it a taken port is an error. */
  readonly reusePort?: boolean
}

/** Starts to accept connections. @throws ServingError INVALID_PARAMETER_VALUE when the address cannot be had. */
export async function listen(app: ListeningApp, options: ListenOptions): Promise<RunningServer> {
  const { server } = app
  const connections = new OpenConnections(server, app.lane)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(options, error)))
    server.listen({ ...options }, resolve)
  })
  server.removeAllListeners('error')
  return new RunningServer(app, connections, options.host)
}

/** A server that opens no port: it is given connections that another process has accepted. */
export function serveHanded(app: ListeningApp, { host }: { host: string }): RunningServer {
  const connections = new OpenConnections(app.server, app.lane)
  // node:http begins to look after slow connections when it hears this.
  app.server.emit('listening')
  return new RunningServer(app, connections, host)
}

/** A server that has connections, until it is stopped. */
export class RunningServer {
  /** Of a server that listens itself; 0 of others. */
  readonly port: number
  readonly #app: ListeningApp
  readonly #connections: OpenConnections
  readonly #host: string
  #departure: Departure | undefined
  #stopping: Promise<void> | undefined
  #companion: Companion | undefined

  constructor(app: ListeningApp, connections: OpenConnections, host: string) {
    this.#app = app
    this.#connections = connections
    this.#host = host
    this.port = (app.server.address() as AddressInfo | null)?.port ?? 0
  }

  get url(): string {
    return this.urlAt(this.port)
  }

  /** The base URL where the server's connections come in at this port; an IPv6 address stands in brackets. */
  urlAt(port: number): string {
    const scheme = this.#app.options.sslCertfile === undefined ? 'http' : 'https'
    return `${scheme}://${this.addressAt(port)}`
  }

  /** Host and port as in a URL. */
  addressAt(port: number): string {
    return `${this.#host.includes(':') ? `[${this.#host}]` : this.#host}:${port}`
  }

  get openConnections(): number {
    return this.#connections.size + (this.#companion?.openConnections ?? 0)
  }

  /** From now on it goes the way of this server. */
  accompany(companion: Companion): void {
    this.#companion = companion
  }

  /** Serves a connection that another process has accepted. */
  take(connection: Socket): void {
    this.#app.server.emit('connection', connection)
  }

  /** `/ready` turns 503 and every answer closes its connection; nobody is turned away. */
  depart(): void {
    this.#app.registry.draining = true
    if (this.#departure !== undefined) return
    this.#departure = new Departure(this.#app.registry, this.#app.probes)
    this.#companion?.depart()
  }

  /** Undefined before it departs. */
  traffic(): TrafficReport | undefined {
    return this.#departure?.report()
  }

  /**
   * Departs, goes on accepting connections until nobody sends any, and stops. Those who follow `/ready` lose
   * nothing. All of it takes `graceMs` at most.
   */
  async leave({ graceMs, requestTimeoutMs }: { graceMs: number; requestTimeoutMs: number }): Promise<void> {
    const startedAt = performance.now()
    this.depart()
    const acceptingEnd = startedAt + acceptingMs(graceMs, requestTimeoutMs)
    while (this.#stopping === undefined && performance.now() < acceptingEnd && !isQuiet([this.traffic()!])) {
      await delay(DEPARTURE_POLL_MS)
    }
    await this.stop({ graceMs: Math.max(0, startedAt + graceMs - performance.now()) })
  }

  /**
   * `/ready` turns 503 and no more connections are accepted; each is closed after its next answer, or after half
   * a second without a request. Resolves when all requests are answered, at the latest after `graceMs`; what is
   * left then is cut off. A second call with a shorter time cuts the first one short.
   */
  stop({ graceMs }: { graceMs: number }): Promise<void> {
    const cutOff = setTimeout(() => this.#closeAll(), Math.min(graceMs, MAX_TIMER_MS))
    this.#stopping ??= this.#drain()
    return this.#stopping.finally(() => clearTimeout(cutOff))
  }

  #closeAll(): void {
    this.#connections.closeAll()
    this.#companion?.closeAll()
  }

  async #drain(): Promise<void> {
    const { registry, server } = this.#app
    registry.draining = true
    const companionStopped = this.#companion?.stop()
    await fetchWaitingConnections(server)
    const accepting = stopAccepting(server)
    const lingerEnd = performance.now() + LINGER_MS
    const closeIdle = setInterval(() => {
      if (performance.now() >= lingerEnd) this.#connections.closeIdle()
    }, CLOSE_IDLE_EVERY_MS)
    await accepting
    await this.#connections.empty()
    clearInterval(closeIdle)
    await companionStopped
    await registry.empty()
    await this.#app.close()
  }
}

/** What a timer can be set to. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Not by `server.close()` of node:http: that closes idle connections at once, and a request on its way is lost. */
function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()))
}
