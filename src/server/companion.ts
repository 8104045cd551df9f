import type { Socket } from 'node:net'

/** What serves beside HTTP in the same process, and comes and goes with it. */
export interface Companion {
  readonly openConnections: number
  /** Serves a connection that another process has accepted. */
  take(connection: Socket): void
  /** Clients are asked to go elsewhere; whoever comes is answered. */
  depart(): void
  /** Accepts no more connections. Resolves when what is under way is answered, and all connections are closed. */
  stop(): Promise<void>
  /** Cuts off what is left. */
  closeAll(): void
}
