import type { ModelEvent, ModelEventKind } from './model-history.ts'
import { isRecord } from './record.ts'

/** What is to be done with the models of a server while it runs, in each of its processes. */
export type ModelChange =
  | {
      readonly kind: 'load'
      readonly name: string
      /** Where its files are; where it came from before, unless given. */
      readonly uri?: string
      /** All its versions, as one process has prepared them: plain data that the others understand. */
      readonly plans?: readonly unknown[]
      /** Why the watch of the registry asks for it, which nobody waits for: all that can be warm is, before it is served. */
      readonly watched?: string
    }
  /** Serves again what was served before, which is kept warm for a while. */
  | {
      readonly kind: 'restore'
      readonly name: string
      /** Of what was served before; as this process remembers them unless given. */
      readonly plans?: readonly unknown[]
      /** Why the watch of the registry asks for it. */
      readonly watched?: string
    }
  | { readonly kind: 'unload'; readonly name: string }

/** What a server has, or had, under one name; plain data that its processes understand. */
export interface NamedModels {
  readonly name: string
  readonly plans: readonly unknown[]
  readonly loaded: boolean
  /** What was served under the name before, if anything. */
  readonly previous?: readonly unknown[]
}

/** A change that is ready to be made. One of the two is called, once. */
export interface PreparedChange {
  /** By which other processes make the same change. */
  readonly plans?: readonly unknown[]
  commit(): Promise<void>
  discard(): Promise<void>
}

/** What a change that was made comes to. @param served plans of what is served under the name. */
export function eventOf(
  change: ModelChange,
  served: { readonly before: readonly unknown[]; readonly after: readonly unknown[] },
): ModelEvent {
  return {
    kind: kindOf(change),
    at: Date.now(),
    version: versionsIn(served.after),
    previous: versionsIn(served.before),
    reason: ('watched' in change && change.watched) || '',
  }
}

function kindOf(change: ModelChange): ModelEventKind {
  if (change.kind === 'unload') return 'unloaded'
  const isWatched = change.watched !== undefined
  if (change.kind === 'load') return isWatched ? 'swapped' : 'loaded'
  return isWatched ? 'restored' : 'rolled-back'
}

/** The versions as which plans are served. */
export function versionsIn(plans: readonly unknown[]): string {
  return plans
    .map((plan) => (isRecord(plan) ? String(plan['served'] ?? plan['version'] ?? '') : ''))
    .join(', ')
}
