import type { RegistryStore } from './registry/registry-store.ts'
import type { TrackingStore } from './tracking/tracking-store.ts'

/** The stores of one database. */
export interface Stores {
  readonly tracking: TrackingStore
  readonly registry: RegistryStore
  /**
   * Runs `work` on stores whose changes are all kept or, when it throws, all undone. Inside, only those stores
   * may be used: these here wait for the transaction to end.
   */
  transaction<T>(work: (stores: Pick<Stores, 'tracking' | 'registry'>) => Promise<T>): Promise<T>
  close(): Promise<void>
}
