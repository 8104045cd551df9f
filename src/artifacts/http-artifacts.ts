import { Connection } from '../client/connection.ts'
import { type ReachOptions, withoutCredentials } from '../client/connection-options.ts'
import { hideUserInfo } from '../client/server-url.ts'
import { invalidModel, invalidParameter } from '../core/errors.ts'
import type { ArtifactRepository } from './artifact-repository.ts'
import { HttpFolder } from './http-folder.ts'
import { decodePath } from './http-path.ts'
import { ProxiedArtifacts } from './proxied-artifacts.ts'

/** What reaches artifacts over HTTP. */
export interface HttpPlaces {
  /**
   * The MLflow server of the tracking URI; undefined where that is none. `mlflow-artifacts:/` leads to it, and its
   * credentials go nowhere else.
   */
  readonly server: Connection | undefined
  /** How `http(s)://` places are reached where there is no such server. Credentials in it are not used. */
  readonly settings?: ReachOptions
}

const SERVICE = '/mlflow-artifacts/artifacts'
const SERVICE_OF_SERVER = `/api/2.0${SERVICE}`

/**
 * The artifacts at `mlflow-artifacts:/path`, `mlflow-artifacts://host[:port]/path` or `http(s)://…`: behind MLflow's
 * artifact service, or in a folder of any web server. Nothing is asked yet. Connections to other servers end with
 * that of the MLflow server.
 * @throws ServingError INVALID_PARAMETER_VALUE for a URI that is none of these
 */
export function openHttpArtifacts(uri: string, places: HttpPlaces): ArtifactRepository {
  if (/^mlflow-artifacts:/i.test(uri)) return openProxied(uri, places)
  const url = URL.parse(uri)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw invalidModel(`'${hideUserInfo(uri)}' is not the URI of artifacts that come over HTTP`)
  }
  const cut = `${url.pathname}/`.indexOf(`${SERVICE}/`)
  if (cut < 0) return new HttpFolder(connect(uri, places))
  const root = decodePath(url.pathname.slice(cut + SERVICE.length)).replace(/^\/+|\/+$/g, '')
  url.pathname = url.pathname.slice(0, cut)
  return new ProxiedArtifacts(connect(url.href, places), SERVICE, root)
}

const PROXIED = /^mlflow-artifacts:(?:\/\/([^/?#]*))?([^?#]*)$/i

/** As `MlflowArtifactsRepository.resolve_uri` (MLflow 3.17.2): scheme and path prefix are the tracking URI's. */
function openProxied(uri: string, { server }: HttpPlaces): ArtifactRepository {
  if (server === undefined) {
    throw invalidParameter(
      `${uri} leads to the MLflow server of the tracking URI, and that is none: set MLFLOW_TRACKING_URI to its URL`,
    )
  }
  const [matched, authority = '', path = ''] = PROXIED.exec(uri) ?? []
  if (matched === undefined) {
    throw invalidModel(
      `'${hideUserInfo(uri)}' has a query or a fragment: an mlflow-artifacts URI is a path alone`,
    )
  }
  if (/^\d+(\.\d*)?$/.test(authority)) throw invalidModel(`'${uri}' has a port and no host`)
  const root = path.replace(/\/+/g, '/').replace(/^\/|\/$/g, '')
  return new ProxiedArtifacts(serverAt(authority, server), SERVICE_OF_SERVER, root)
}

function serverAt(authority: string, server: Connection): Connection {
  if (authority === '') return server
  const url = new URL(server.url)
  return server.to(`${url.protocol}//${authority}${url.pathname}`)
}

function connect(url: string, { server, settings = {} }: HttpPlaces): Connection {
  return server === undefined ? new Connection({ ...withoutCredentials(settings), url }) : server.to(url)
}
