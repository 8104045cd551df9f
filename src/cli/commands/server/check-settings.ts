import { artifactDestination } from '../../../artifacts/artifact-destination.ts'
import { servesArtifacts, type TrackingServerSettings } from '../../tracking-server-settings.ts'
import { ofCall, usageError } from '../../usage-error.ts'

/** What `mlflow server` refuses together, and what Headrace has not. @throws ServingError INVALID_PARAMETER_VALUE */
export function checkSettings(settings: TrackingServerSettings): void {
  const { sslCertfile, sslKeyfile, artifactsOnly, backendStoreUri, enableWorkspaces, dev } = settings
  if (enableWorkspaces) throw usageError('--enable-workspaces: Headrace has one workspace so far')
  if (dev) throw usageError('--dev: Headrace has no mode for its own development')
  if ((sslCertfile === undefined) !== (sslKeyfile === undefined)) {
    throw usageError('--ssl-certfile and --ssl-keyfile belong together')
  }
  if (artifactsOnly && backendStoreUri !== undefined) {
    throw usageError('--artifacts-only opens no database: leave --backend-store-uri away')
  }
  if (artifactsOnly && !servesArtifacts(settings)) {
    throw usageError('--artifacts-only and --no-serve-artifacts together serve nothing')
  }
  if (servesArtifacts(settings))
    ofCall(() => artifactDestination(settings.artifactsDestination, process.cwd()))
}
