import { readServerUrl } from '../client/server-url.ts'
import { notImplemented, type ServingError, unreachable } from '../core/errors.ts'
import { publicDatabaseUri } from '../store/database-uri.ts'
import { publicMysqlUri } from '../store/mysql/mysql-uri.ts'
import { publicPostgresUri } from '../store/postgres/postgres-uri.ts'
import { refuseScheme } from './refused-schemes.ts'

/** Where the settings say that a registry and its files are. Texts as they were given. */
export interface RegistryLocation {
  /** `sqlite:///mlflow.db`, `postgresql://…`, or `http(s)://…` of a server. */
  readonly uri: string
  /** Folder of the files of new experiments of a database. */
  readonly artifactRoot?: string | undefined
  /** Folder that a database's server serves as `mlflow-artifacts:/`, where it is another one. */
  readonly artifactsDestination?: string | undefined
  /** What relative paths are relative to. */
  readonly folder: string
}

/** An MLflow server that is asked over REST. */
export interface ServerPlace {
  readonly kind: 'server'
  /** May hold credentials. */
  readonly url: string
  /** Without credentials: for messages, and as the place's identity. */
  readonly publicUri: string
}

/** A database that is read and written directly. */
export interface DatabasePlace {
  readonly kind: 'database'
  readonly location: RegistryLocation
  readonly publicUri: string
  readonly remote: boolean
}

export type RegistryPlace = ServerPlace | DatabasePlace

/** Whether it is on another machine, which may not answer. */
export function isElsewhere(place: RegistryPlace): boolean {
  return place.kind === 'server' || place.remote
}

/** What stands for the answer of another machine where none may be asked. */
export function notAsked(publicUri: string): ServingError {
  return unreachable(`${publicUri} is not asked (--offline)`)
}

/** @throws ServingError where it is a registry of a kind that Headrace does not read */
export function registryPlace(location: RegistryLocation): RegistryPlace {
  const { uri } = location
  const scheme = /^([a-z][a-z0-9-]+)(?:\+[a-z0-9]+)?:/i.exec(uri)?.[1]?.toLowerCase() ?? ''
  switch (scheme) {
    case 'http':
    case 'https':
      return { kind: 'server', url: uri, publicUri: readServerUrl(uri).url }
    case 'sqlite':
      return { kind: 'database', location, publicUri: uri, remote: false }
    case 'postgres':
    case 'postgresql':
      return { kind: 'database', location, publicUri: publicPostgresUri(uri), remote: true }
    case 'mysql':
    case 'mariadb':
      return { kind: 'database', location, publicUri: publicMysqlUri(uri), remote: true }
    default:
      refuseScheme(scheme || uri, `The registry '${publicDatabaseUri(uri)}'`)
      throw notImplemented(unknownRegistry(scheme, uri))
  }
}

function unknownRegistry(scheme: string, uri: string): string {
  const takes = 'it takes http(s)://…, sqlite:///…, postgresql://… and mysql://…'
  if (scheme === '' || scheme === 'file') {
    return (
      `The registry '${uri}' is a folder, which Headrace does not read: ${takes}. A folder mlruns becomes a database ` +
      'with: mlflow migrate-filestore --source ./mlruns --target sqlite:///mlflow.db'
    )
  }
  return `The registry '${publicDatabaseUri(uri)}' is not of a kind that Headrace opens: ${takes}`
}
