import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { withCredentialsFile } from '../client/credentials.ts'
import type { ServerAccess } from '../registry-client/mlflow-servers.ts'
import type { TrackingSettings } from './registry-settings.ts'
import { version } from './version.ts'

/** How the settings say that MLflow servers are reached. */
export function serverAccess(settings: TrackingSettings, logger: Logger): ServerAccess {
  const {
    trackingUsername: username,
    trackingPassword: password,
    trackingInsecureTls: insecureTls,
  } = settings
  // Set for all programs of the machine, it is no wish to check this server's certificate.
  const caBundle = insecureTls ? undefined : settings.requestsCaBundle
  return {
    ...withCredentialsFile({ username, password }, credentialsFile()),
    token: settings.trackingToken,
    insecureTls,
    serverCertPath: settings.trackingServerCertPath ?? caBundle,
    clientCertPath: settings.trackingClientCertPath,
    timeoutMs: settings.httpRequestTimeoutMs,
    maxRetries: settings.httpRequestMaxRetries,
    backoffFactor: settings.httpRequestBackoffFactor,
    backoffJitter: settings.httpRequestBackoffJitter,
    respectRetryAfter: settings.httpRespectRetryAfterHeader,
    workspace: settings.workspace,
    userAgent: `headrace/${version()}`,
    log: logger,
  }
}

function credentialsFile(): string | undefined {
  const path = join(homedir(), '.mlflow', 'credentials')
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
