import { resolve } from 'node:path'
import { publicDatabaseUri } from '../../../store/database-uri.ts'
import type { StoreLocation } from '../../../store/open-stores.ts'
import { servesArtifacts, type TrackingServerSettings } from '../../tracking-server-settings.ts'
import { usageError } from '../../usage-error.ts'

const DEFAULT_DATABASE = 'sqlite:///mlflow.db'
const PROXIED_ROOT = 'mlflow-artifacts:/'
const UNPROXIED_ROOT = 'mlruns'

export type ThreadStoreLocation = Omit<StoreLocation, 'access'>

/** Where the databases are, relative to the working folder. */
export function storeLocations(settings: TrackingServerSettings): {
  readonly tracking: ThreadStoreLocation
  readonly registry: ThreadStoreLocation | undefined
} {
  const folder = process.cwd()
  const databaseUri = databaseUriOf(settings.backendStoreUri ?? DEFAULT_DATABASE)
  const registryUri = databaseUriOf(settings.registryStoreUri ?? databaseUri)
  const shared = {
    artifactRoot: artifactRootOf(settings, folder),
    folder,
    mlflowSchema: settings.mlflowSchema,
    limits: {
      artifactLocationLength: settings.artifactLocationLength,
      cutsLongValues: settings.cutsLongValues,
    },
    clientPlaces: {
      allowedSchemes: settings.allowedArtifactSchemes,
      trusted: [settings.artifactsDestination],
      sourcePattern: settings.versionSourcePattern,
    },
  }
  return {
    tracking: { ...shared, databaseUri },
    registry: registryUri === databaseUri ? undefined : { ...shared, databaseUri: registryUri },
  }
}

function databaseUriOf(uri: string): string {
  if (/^(sqlite|postgres(ql)?|mysql|mariadb)(\+\w+)?:/.test(uri)) return uri
  throw usageError(
    `'${publicDatabaseUri(uri)}' is no database that Headrace keeps experiments in: it takes sqlite:///mlflow.db, ` +
      'postgresql://… and mysql://…; files of older MLflow (./mlruns) are moved by `mlflow migrate-filestore`',
  )
}

/** A path that is not a URI is the clients' as well, so it has to be absolute. */
function artifactRootOf(settings: TrackingServerSettings, folder: string): string {
  const root = settings.defaultArtifactRoot ?? (servesArtifacts(settings) ? PROXIED_ROOT : UNPROXIED_ROOT)
  return /^[a-z][a-z0-9+.-]+:/i.test(root) ? root : resolve(folder, root)
}
