import { invalidParameter } from '../core/errors.ts'
import type { ConnectionOptions } from './connection-options.ts'

/** A server's URL, taken apart. */
export interface ServerUrl {
  /** Without user name, password and `/` at the end. */
  readonly url: string
  /** Percent-decoded; empty where there are none. */
  readonly username: string
  readonly password: string
}

/** @throws ServingError INVALID_PARAMETER_VALUE where it is not `http(s)://host[:port][/path]` */
export function readServerUrl(text: string): ServerUrl {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw invalidParameter(`'${hideUserInfo(text)}' is not the http:// or https:// URL of a server`)
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalidParameter(`'${hideUserInfo(text)}': a server's URL has no query and no fragment`)
  }
  return {
    url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    username: decoded(url.username),
    password: decoded(url.password),
  }
}

/**
 * The Authorization header: basic with what the URL holds, else with a user name and a password, else bearer. The
 * order is that of MLflow's client over requests (`mlflow/utils/rest_utils.py`, 3.17.2).
 * @throws ServingError INVALID_PARAMETER_VALUE for a token that no header can hold
 */
export function authorizationOf(
  { username, password, token }: Pick<ConnectionOptions, 'username' | 'password' | 'token'>,
  server: ServerUrl,
): string | undefined {
  if (server.username !== '' || server.password !== '') return basic(server.username, server.password)
  if (username && password) return basic(username, password)
  if (!token) return undefined
  if (/^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`
  throw invalidParameter('MLFLOW_TRACKING_TOKEN holds characters that no header may hold')
}

/** UTF-8, as MLflow encodes it. (RFC 7617) */
function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** No URL of a server, but names of a registry, in which `?` and `#` are characters like others. */
const OF_REGISTRY = /^(?:models|runs):\/(?!\/)/

/**
 * A URL as it may be shown: without what may be a password, and what a query or fragment may hold. A password with a
 * `/`, `?` or `#` that should have been encoded stands where a URL has its port, and is no number.
 */
export function hideUserInfo(text: string): string {
  if (OF_REGISTRY.test(text)) return text
  return text
    .replace(/\/\/[^/?#]*@/, '//')
    .replace(/\/\/[^/?#@:]*:(?!\d*(?:[/?#]|$)).*@/s, '//')
    .replace(/[?#].*$/s, '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
