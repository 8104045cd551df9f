import type { Logger } from 'pino'
import type { ServerLimits } from '../server-options.ts'
import type { ApiExecutor } from './api-executor.ts'
import type { SecurityOptions } from './request-security.ts'
import type { StreamedRoutes } from './streamed-routes.ts'

export interface TrackingServerOptions {
  /** Undefined where the server has artifacts only. */
  readonly executor: ApiExecutor | undefined
  /** Routes that stream bodies through the thread that does HTTP. */
  readonly streamed?: StreamedRoutes | undefined
  /** Undefined where every host and origin is served. */
  readonly security: Omit<SecurityOptions, 'staticPrefix'> | undefined
  /** `` or as `/mlflow`: stands before every path. */
  readonly staticPrefix: string
  readonly logger: Logger
  /** Headrace's own. */
  readonly version: string
  readonly limits?: Partial<ServerLimits>
  readonly accessLog?: boolean
  /** Paths of PEM files, both or neither: HTTPS instead of HTTP. */
  readonly sslCertfile?: string
  readonly sslKeyfile?: string
}
