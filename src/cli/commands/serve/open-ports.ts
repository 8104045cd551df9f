import type { App } from '../../../server/app.ts'
import type { RunningGrpc } from '../../../server/grpc/listen-grpc.ts'
import type { RunningServer } from '../../../server/listen.ts'
import { ConnectionBalance } from '../../../supervisor/connection-balance.ts'
import type { ListenerBoard } from '../../../supervisor/listener-board.ts'
import type { ServeSettings } from '../../config.ts'
import type { Place } from './place.ts'

/** A server that has connections, on its ways. */
export interface OpenPorts {
  readonly server: RunningServer
  readonly grpc: RunningGrpc | undefined
}

/** How a listener takes part in the port of its group. */
export interface PortShare {
  readonly board: ListenerBoard
  /** Of this listener. */
  readonly number: number
}

interface Address {
  readonly host: string
  readonly port: number
  readonly reusePort: boolean
}

/**
 * Opens the ports of a server, or lets it have those that others have opened.
 * @param share where several listeners have one port.
 * @throws ServingError INVALID_PARAMETER_VALUE when an address cannot be had.
 */
export async function openPorts(
  app: App,
  settings: ServeSettings,
  place: Place,
  share: PortShare | undefined,
): Promise<OpenPorts> {
  const { listen, serveHanded } = await import('../../../server/listen.ts')
  if (share !== undefined) evenOut(app, share)
  const addresses = addressesOf(settings, place, share !== undefined)
  if (share !== undefined && place.kind === 'alone' && !settings.reusePort) await expectFree(addresses)
  // Whoever follows the HTTP port takes it for the sign that all is served.
  const grpc = await openGrpc(app, addresses.grpc, place)
  const server =
    place.kind === 'process'
      ? serveHanded(app, settings)
      : await listen(app, addresses.http).catch((error: unknown) => closing(grpc, error))
  if (grpc !== undefined) server.accompany(grpc)
  return { server, grpc }
}

interface Addresses {
  readonly http: Address
  readonly grpc: Address | undefined
}

function addressesOf(
  { host, port, grpcPort, reusePort }: ServeSettings,
  place: Place,
  isShared: boolean,
): Addresses {
  const ports = place.kind === 'listener' ? place.data.ports : { port, grpcPort }
  const at = (number: number): Address => ({ host, port: number, reusePort: reusePort || isShared })
  return { http: at(ports.port), grpc: ports.grpcPort === undefined ? undefined : at(ports.grpcPort) }
}

/** A bind that shares its port would share it with any other program too. */
async function expectFree({ http, grpc }: Addresses): Promise<void> {
  const { expectFreePort } = await import('../../../supervisor/port-probe.ts')
  if (http.port !== 0) await expectFreePort(http)
  if (grpc !== undefined && grpc.port !== 0) await expectFreePort(grpc)
}

function evenOut({ registry, server }: App, { board, number }: PortShare): void {
  const balance = new ConnectionBalance(board, number)
  balance.watch(server)
  registry.share = balance
}

/** Where it is asked for: nothing of it is read otherwise. */
async function openGrpc(
  app: App,
  address: Address | undefined,
  place: Place,
): Promise<RunningGrpc | undefined> {
  if (address === undefined) return undefined
  const { listenGrpc, serveGrpcHanded } = await import('../../../server/grpc/listen-grpc.ts')
  return place.kind === 'process' ? serveGrpcHanded(app) : listenGrpc(app, address)
}

/** gRPC was the first to listen. */
async function closing(grpc: RunningGrpc | undefined, error: unknown): Promise<never> {
  const stopped = grpc?.stop()
  grpc?.closeAll()
  await stopped
  throw error
}
