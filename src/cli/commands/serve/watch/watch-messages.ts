import type { ServeSettings } from '../../../config.ts'

/** What the thread that asks the registry is given. */
export interface WatchData {
  readonly settings: ServeSettings
}

/** To the thread. Each is answered by `versions`, now or as soon as the registry answers. */
export type WatchRequest =
  /** Follow these model URIs from now on, instead of those before. */
  { readonly kind: 'follow'; readonly uris: readonly string[] } | { readonly kind: 'look' }

/** From the thread. */
export type WatchReply =
  /** By URI what it means now, without those that mean nothing. */
  | { readonly kind: 'versions'; readonly versions: ReadonlyMap<string, string> }
  | {
      readonly kind: 'log'
      readonly level: 'info' | 'warn'
      readonly facts: object
      readonly message: string
    }
