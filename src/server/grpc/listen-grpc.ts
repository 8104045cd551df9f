import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import { cannotListen } from '../../core/cannot-listen.ts'
import { fetchWaitingConnections } from '../../core/waiting-connections.ts'
import type { App } from '../app.ts'
import type { Companion } from '../companion.ts'
import type { ListenOptions } from '../listen.ts'
import { GrpcApp } from './grpc-app.ts'

/**
 * Serves the app's models over gRPC too.
 * @throws ServingError INVALID_PARAMETER_VALUE when the address cannot be had, or a certificate not be read.
 */
export async function listenGrpc(app: App, options: ListenOptions): Promise<RunningGrpc> {
  const grpc = new GrpcApp(app)
  const { server } = grpc.server
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(options, error)))
    server.listen({ ...options }, resolve)
  })
  server.removeAllListeners('error')
  // Too many open files, for a moment: those who wait in the queue are accepted later.
  server.on('error', () => {})
  return new RunningGrpc(grpc, true)
}

/** The same without a port: connections are given to it that another process has accepted. */
export function serveGrpcHanded(app: App): RunningGrpc {
  return new RunningGrpc(new GrpcApp(app), false)
}

/** gRPC that has connections, until it is stopped. */
export class RunningGrpc implements Companion {
  /** 0 where it does not listen itself. */
  readonly port: number
  readonly #grpc: GrpcApp
  readonly #listens: boolean

  constructor(grpc: GrpcApp, listens: boolean) {
    this.#grpc = grpc
    this.#listens = listens
    this.port = (grpc.server.server.address() as AddressInfo | null)?.port ?? 0
  }

  get openConnections(): number {
    return this.#grpc.server.openConnections
  }

  take(connection: Socket): void {
    this.#grpc.server.take(connection)
  }

  depart(): void {
    this.#grpc.depart()
  }

  async stop(): Promise<void> {
    const { server } = this.#grpc.server
    await fetchWaitingConnections(server)
    if (this.#listens) NetServer.prototype.close.call(server)
    this.#grpc.leave()
    await this.#grpc.server.empty()
  }

  closeAll(): void {
    this.#grpc.server.closeAll()
  }
}
