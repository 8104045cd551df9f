import type { ClientLog } from '../../client/connection-options.ts'
import type { CredentialSource } from './auth/credentials.ts'

/** How a registry is reached, whichever it is. */
export interface RegistryAccess {
  /** Default: the files of docker and podman, see `readCredentialFiles`. */
  readonly credentials?: CredentialSource | undefined
  /** Plain HTTP also for registries of other machines. Default false. */
  readonly plainHttp?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Told of every request that is sent again. */
  readonly log?: ClientLog | undefined
  /** How often a request is sent again that failed for the moment. Default 5. */
  readonly maxRetries?: number | undefined
  /** Seconds of the first waits, which double. Default 0.5. */
  readonly backoffFactor?: number | undefined
}
