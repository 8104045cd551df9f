import type { PlacedItem } from '../core/unordered-items.ts'
import type { LoggedRequest } from './request-log.ts'

/** A request that is not answered yet, of whichever transport, as the registry of open requests sees it. */
export interface OpenRequest extends LoggedRequest, PlacedItem {
  /** `performance.now()` */
  readonly startedAt: number
  /** `performance.now()` past which the server answers without waiting any longer. */
  readonly deadline: number
  /** `performance.now()` past which its client does not want the answer; Infinity where it did not say. */
  readonly wantedBy: number
  /** The deadline has passed. */
  expire(): void
  /** Others may be on their way over its connection, which would be lost with it. */
  readonly isFollowed: boolean
  /** It has been answered, and nothing more should come over its connection. */
  endConnection(): void
}
