import { artifactDestination } from '../../../artifacts/artifact-destination.ts'
import { invalidParameter } from '../../../core/errors.ts'
import { servesArtifacts, type TrackingServerSettings } from '../../tracking-server-settings.ts'

/** What `mlflow server` refuses together, and what Headrace has not. @throws ServingError INVALID_PARAMETER_VALUE */
export function checkSettings(settings: TrackingServerSettings): void {
  const { sslCertfile, sslKeyfile, artifactsOnly, backendStoreUri, enableWorkspaces, dev } = settings
  if (enableWorkspaces) throw invalidParameter('--enable-workspaces: Headrace has one workspace so far')
  if (dev) throw invalidParameter('--dev: Headrace has no mode for its own development')
  if ((sslCertfile === undefined) !== (sslKeyfile === undefined)) {
    throw invalidParameter('--ssl-certfile and --ssl-keyfile belong together')
  }
  if (artifactsOnly && backendStoreUri !== undefined) {
    throw invalidParameter('--artifacts-only opens no database: leave --backend-store-uri away')
  }
  if (artifactsOnly && !servesArtifacts(settings)) {
    throw invalidParameter('--artifacts-only and --no-serve-artifacts together serve nothing')
  }
  if (servesArtifacts(settings)) artifactDestination(settings.artifactsDestination, process.cwd())
}
