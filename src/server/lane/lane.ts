import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { UnorderedItems } from '../../core/unordered-items.ts'
import { answerClientError } from '../http-server.ts'
import type { ServerLimits } from '../server-options.ts'
import { HeadTable } from './head-table.ts'
import { LaneConnection, type LaneHost } from './lane-connection.ts'
import type { LaneRoutes } from './lane-head.ts'
import { ReplyHead } from './reply-head.ts'

/** Who has sent half a request waits for the rest in node:http, whose limits hold for slow clients, after one to two of these. */
const COLLECT_SWEEP_MS = 100

/** Of the shorter time-out of a silent connection, how many sweeps there are to it; and the most time between two. */
const SWEEPS_PER_TIMEOUT = 4
const MOST_SWEEP_MS = 1000

/** As node:http has it: a connection is kept for so much longer than its client is told. */
const KEEP_ALIVE_MARGIN_MS = 1000

export interface LaneInit extends Pick<LaneHost, 'gate' | 'bodies'> {
  readonly limits: ServerLimits
  readonly routes: LaneRoutes
  /** Headers that tell users apart. */
  readonly keyHeaders?: readonly string[]
}

type ConnectionListener = (this: Server, socket: Socket) => void

/**
 * A short way in front of node:http for the requests that there are most of (docs/http-lane.md). It reads every connection
 * of a server first, and gives those to node:http over which anything else comes.
 */
export class Lane implements LaneHost {
  readonly gate: LaneInit['gate']
  readonly bodies: LaneInit['bodies']
  readonly heads: HeadTable
  readonly replyHead: ReplyHead
  readonly #limits: ServerLimits
  readonly #connections = new Set<LaneConnection>()
  readonly #collecting = new UnorderedItems<LaneConnection>()
  readonly #sweepMs: number
  #server: Server | undefined
  #listeners: readonly ConnectionListener[] = []
  #sweeper: NodeJS.Timeout | undefined
  #collectSweeper: NodeJS.Timeout | undefined

  constructor({ gate, bodies, limits, routes, keyHeaders }: LaneInit) {
    this.gate = gate
    this.bodies = bodies
    this.#limits = limits
    this.heads = new HeadTable(routes, limits.headerBytes, keyHeaders)
    this.replyHead = new ReplyHead(limits.keepAliveTimeoutMs)
    const shortest = Math.min(limits.keepAliveTimeoutMs || Number.POSITIVE_INFINITY, limits.headersTimeoutMs)
    this.#sweepMs = Math.min(MOST_SWEEP_MS, Math.ceil(shortest / SWEEPS_PER_TIMEOUT))
  }

  /** Connections that node:http has not got. */
  get size(): number {
    return this.#connections.size
  }

  /** Reads the connections of a server from now on; to be called once, before any comes. */
  precede(server: Server): void {
    this.#server = server
    this.#listeners = server.listeners('connection') as ConnectionListener[]
    server.removeAllListeners('connection')
    server.on('connection', (socket) => this.#take(socket))
  }

  /** Closes the connections that are between two requests. */
  closeIdle(): void {
    for (const connection of this.#connections) if (connection.idle) connection.socket.destroy()
  }

  collecting(connection: LaneConnection): void {
    this.#collecting.add(connection)
    this.#collectSweeper ??= setInterval(() => this.#sweepCollecting(), COLLECT_SWEEP_MS).unref()
  }

  collected(connection: LaneConnection): void {
    this.#collecting.delete(connection)
  }

  handOver(connection: LaneConnection): void {
    this.#connections.delete(connection)
    for (const listener of this.#listeners) listener.call(this.#server!, connection.socket)
  }

  closed(connection: LaneConnection): void {
    this.#connections.delete(connection)
  }

  #take(socket: Socket): void {
    this.#connections.add(new LaneConnection(socket, this))
    this.#sweeper ??= setInterval(() => this.#sweep(), this.#sweepMs).unref()
  }

  #sweepCollecting(): void {
    if (this.#collecting.size === 0) {
      clearInterval(this.#collectSweeper)
      this.#collectSweeper = undefined
    }
    for (const connection of this.#collecting.list()) {
      connection.sweeps += 1
      if (connection.sweeps > 1) connection.handOver()
    }
  }

  #sweep(): void {
    if (this.#connections.size === 0) {
      clearInterval(this.#sweeper)
      this.#sweeper = undefined
    }
    for (const connection of this.#connections) if (connection.idle) this.#sweepIdle(connection)
  }

  #sweepIdle(connection: LaneConnection): void {
    connection.sweeps += 1
    const quietMs = (connection.sweeps - 1) * this.#sweepMs
    const { keepAliveTimeoutMs, headersTimeoutMs } = this.#limits
    if (connection.requests === 0) {
      if (quietMs >= headersTimeoutMs) answerClientError(TIMED_OUT, connection.socket)
    } else if (keepAliveTimeoutMs > 0 && quietMs >= keepAliveTimeoutMs + KEEP_ALIVE_MARGIN_MS) {
      connection.socket.destroy()
    }
  }
}

/** What node:http says of a connection over which no request came in time. */
const TIMED_OUT = Object.assign(new Error('No request came.'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
