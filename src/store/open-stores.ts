import { dirname, join, resolve } from 'node:path'
import type { DatabaseLocation } from './database-location.ts'
import { databasePathOf, isServerUri, openDatabase } from './open-database.ts'
import type { ClientSources } from './registry/client-source.ts'
import { SqlRegistryStore } from './registry/sql-registry-store.ts'
import type { SqlDatabase } from './sql/sql-database.ts'
import type { Stores } from './stores.ts'
import { SqlDatasets } from './tracking/sql-datasets.ts'
import { SqlExperiments } from './tracking/sql-experiments.ts'
import { SqlLoggedModels } from './tracking/sql-logged-models.ts'
import { SqlMetrics } from './tracking/sql-metrics.ts'
import { SqlRuns } from './tracking/sql-runs.ts'
import { DEFAULT_TRACKING_LIMITS, type TrackingLimits } from './tracking/tracking-limits.ts'

export interface StoreLocation extends DatabaseLocation {
  /** Folder or URI for the files of new experiments; `mlartifacts` beside a SQLite database where it is left out. */
  readonly artifactRoot?: string | undefined
  /** What clients of a server may name as places of files; of hosts, by default that of the artifact root alone. */
  readonly clientPlaces?: ClientPlaces | undefined
  /** Whether only the registry is used, and logged models are in another database. */
  readonly loggedModelsElsewhere?: boolean | undefined
  /** MLflow's defaults where it is left out. */
  readonly limits?: TrackingLimits | undefined
}

export interface ClientPlaces {
  /** Schemes that may name any host, such as `hdfs`. */
  readonly allowedSchemes: readonly string[]
  /** Locations whose hosts may be named. */
  readonly trusted: readonly string[]
  /** A regular expression that the source of each version of a model must match somewhere. */
  readonly sourcePattern?: string | undefined
}

/** Opens the stores of a database; to write, a SQLite database is created where there is none. */
export function openStores(location: StoreLocation): Stores {
  const { databaseUri, artifactRoot, folder } = location
  const isUri = artifactRoot !== undefined && /^[a-z][a-z0-9+.-]+:/i.test(artifactRoot)
  const root = isUri ? artifactRoot : (artifactRootOf(databaseUri, artifactRoot, folder) ?? '')
  const database = openDatabase(location)
  const sources = clientSources(location, root)
  const rules = { artifactRoot: root, sources, limits: location.limits ?? DEFAULT_TRACKING_LIMITS }
  return {
    ...storesOn(database, rules),
    transaction: (work) => database.write((session) => work(storesOn(session, rules))),
    close: () => database.close(),
  }
}

/**
 * The folder of the artifacts that belong to a database, as an absolute path; undefined where the database is on
 * a server and no folder is named.
 */
export function artifactRootOf(
  databaseUri: string,
  artifactRoot: string | undefined,
  folder: string,
): string | undefined {
  if (artifactRoot !== undefined) return resolve(folder, artifactRoot)
  return isServerUri(databaseUri)
    ? undefined
    : join(dirname(databasePathOf(databaseUri, folder)), 'mlartifacts')
}

/** Folders that relative artifact paths may be relative to, the likeliest first. */
export function foldersOf(databaseUri: string, folder: string): readonly string[] {
  return isServerUri(databaseUri) ? [folder] : [folder, dirname(databasePathOf(databaseUri, folder))]
}

function clientSources(location: StoreLocation, artifactRoot: string): ClientSources {
  const { clientPlaces, loggedModelsElsewhere = false } = location
  const { allowedSchemes = [], trusted = [], sourcePattern } = clientPlaces ?? {}
  return {
    hosts: { allowedSchemes, trusted: [...trusted, artifactRoot] },
    pattern: sourcePattern === undefined ? undefined : new RegExp(sourcePattern, 'u'),
    loggedModelsElsewhere,
  }
}

interface StoreRules {
  readonly artifactRoot: string
  readonly sources: ClientSources
  readonly limits: TrackingLimits
}

function storesOn(
  database: SqlDatabase,
  { artifactRoot, sources, limits }: StoreRules,
): Pick<Stores, 'tracking' | 'registry'> {
  return {
    tracking: {
      experiments: new SqlExperiments(database, artifactRoot, sources.hosts, limits),
      runs: new SqlRuns(database, limits),
      metrics: new SqlMetrics(database),
      datasets: new SqlDatasets(database),
      loggedModels: new SqlLoggedModels(database),
    },
    registry: new SqlRegistryStore(database, sources),
  }
}
