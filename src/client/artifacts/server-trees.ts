import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { invalidParameter, notImplemented } from '../../core/errors.ts'
import type { Connection } from '../connection.ts'
import { hideUserInfo } from '../server-url.ts'
import type { ArtifactTree, ArtifactTrees } from './artifact-tree.ts'
import { FolderTree } from './folder-tree.ts'
import { ServerTree } from './server-tree.ts'

const SERVICE = '/mlflow-artifacts/artifacts'
const PROXIED = /^mlflow-artifacts:(?:\/\/([^/?#]*))?([^?#]*)$/i

/** The artifacts that a client of an MLflow server reaches: through the server, or in folders that both share. */
export class ServerTrees implements ArtifactTrees {
  readonly #server: Connection

  constructor(server: Connection) {
    this.#server = server
  }

  /** @throws ServingError NOT_IMPLEMENTED for object stores, INVALID_PARAMETER_VALUE for a URI that is none */
  open(uri: string): ArtifactTree {
    const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase()
    switch (scheme) {
      case undefined:
        return new FolderTree(resolve(uri))
      case 'file':
        return new FolderTree(fileURLToPath(uri.replace(/^file:\/*(?:localhost(?=\/))?\/*/i, 'file:///')))
      case 'mlflow-artifacts':
        return this.#proxied(uri)
      case 'http':
      case 'https':
        return this.#elsewhere(new URL(uri))
      default:
        throw notImplemented(
          `The artifacts are at ${hideUserInfo(uri)}: Headrace does not reach '${scheme}:' places yet`,
        )
    }
  }

  /** As `MlflowArtifactsRepository.resolve_uri` (MLflow 3.17.2): scheme and path prefix are the tracking URI's. */
  #proxied(uri: string): ServerTree {
    const [matched, authority = '', path = ''] = PROXIED.exec(uri) ?? []
    if (matched === undefined || /^\d+$/.test(authority)) {
      throw invalidParameter(`'${hideUserInfo(uri)}' is no URI of artifacts`)
    }
    const { protocol, pathname } = new URL(this.#server.url)
    const connection =
      authority === '' ? this.#server : this.#server.to(`${protocol}//${authority}${pathname}`)
    return new ServerTree(connection, `/api/2.0${SERVICE}`, rootOf(path))
  }

  #elsewhere(url: URL): ServerTree {
    const cut = `${url.pathname}/`.indexOf(`${SERVICE}/`)
    if (cut < 0)
      throw notImplemented(`${hideUserInfo(url.href)} is not the artifact service of an MLflow server`)
    const root = decodeURIComponent(url.pathname.slice(cut + SERVICE.length))
    url.pathname = url.pathname.slice(0, cut)
    return new ServerTree(this.#server.to(url.href), SERVICE, rootOf(root))
  }
}

function rootOf(path: string): string {
  return path.replace(/\/+/g, '/').replace(/^\/|\/$/g, '')
}
