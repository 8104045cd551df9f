import type { SerializedError } from '../../../../core/errors.ts'
import type { Patience } from '../../../../registry-client/mlflow-servers.ts'
import type { ModelRegistry } from '../../../../registry-client/model-registry.ts'
import type { DatabasePlace } from '../../../../registry-client/registry-place.ts'

/** What the thread that reads a registry's database is given. */
export interface LookupData {
  readonly place: DatabasePlace
  readonly patience: Patience
}

/** What a registry may be asked. */
export type Lookup = Exclude<keyof ModelRegistry, 'uri' | 'close'>

/** To the thread: one call of a registry. */
export interface LookupCall {
  readonly id: number
  readonly lookup: Lookup
  /** Of the method of that name. */
  readonly args: readonly unknown[]
}

/** From the thread, once for each call. */
export type LookupReply =
  | { readonly id: number; readonly found: unknown }
  | { readonly id: number; readonly error: SerializedError }
