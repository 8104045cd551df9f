import type { Server } from 'node:http'
import type { ExchangeRegistry } from './exchange-registry.ts'
import type { Lane } from './lane/lane.ts'
import type { Probes } from './probes.ts'

/** A server that is built, as far as its connections and its end are concerned. */
export interface ListeningApp {
  readonly server: Server
  /** Reads its connections first, where there is one. */
  readonly lane: Pick<Lane, 'closeIdle'> | undefined
  readonly registry: ExchangeRegistry
  readonly probes: Probes
  readonly options: { readonly sslCertfile?: string }
  /** Gives back what is left, once every request is answered. */
  close(): Promise<void>
}
