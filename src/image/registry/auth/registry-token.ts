import type { WireRequest } from '../../../client/transport.ts'
import { unauthenticated } from '../../../core/errors.ts'
import { isLoopback } from '../../../core/loopback.ts'
import { printable } from '../../../core/printable.ts'
import { isRecord } from '../../../core/record.ts'
import { hostOf } from '../image-reference.ts'
import type { Challenge } from './challenge.ts'
import type { Credentials } from './credentials.ts'

/** A token as a registry's own token server hands it out. */
export interface RegistryToken {
  readonly header: string
  /** Milliseconds of `performance.now()`. */
  readonly expiresAt: number
}

/** What the token server's specification says of one without `expires_in`. */
const DEFAULT_SECONDS = 60

/**
 * How a token is asked for (distribution's "Token Authentication Specification", and "OAuth2": POST with a refresh
 * token). The credentials go where the registry sends us; over plain HTTP only to the machine of a registry that is reached so
 * itself.
 * @throws ServingError UNAUTHENTICATED where the challenge leads nowhere
 */
export function tokenRequest(
  { parameters }: Challenge,
  { registry, plainHttp, scopes, credentials }: TokenWish,
): Pick<WireRequest, 'method' | 'url' | 'headers' | 'body'> {
  const url = URL.parse(parameters['realm'] ?? '')
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw unauthenticated(`${registry} wants a token and does not say from where`)
  }
  if (url.protocol === 'http:' && !isSameMachine(hostOf({ registry }), url.hostname, plainHttp)) {
    throw unauthenticated(
      `${registry} sends to ${url.host} for a token, over plain HTTP: credentials are not sent there`,
    )
  }
  const service = parameters['service']
  const form = new URLSearchParams(service === undefined ? {} : { service })
  if (credentials !== undefined && 'identityToken' in credentials) {
    const fields = {
      grant_type: 'refresh_token',
      client_id: 'headrace',
      refresh_token: credentials.identityToken,
    }
    for (const [name, value] of Object.entries({ ...fields, scope: scopes.join(' ') })) form.set(name, value)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return { method: 'POST', url, headers, body: form.toString() }
  }
  for (const [name, value] of form) url.searchParams.set(name, value)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  return {
    method: 'GET',
    url,
    headers: credentials === undefined ? {} : { authorization: basic(credentials) },
  }
}

/** For which registry, and what the token is to allow: `repository:team/iris:pull,push`. */
export interface TokenWish {
  readonly registry: string
  readonly plainHttp?: boolean | undefined
  readonly scopes: readonly string[]
  readonly credentials: Credentials | undefined
}

function isSameMachine(registry: string, host: string, plainHttp = false): boolean {
  return isLoopback(registry) ? isLoopback(host) : plainHttp && registry === host
}

/** @throws ServingError UNAUTHENTICATED where the answer holds no token */
export function readToken(text: string, url: string): RegistryToken {
  const now = performance.now()
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    answer = undefined
  }
  const { token, access_token: accessToken, expires_in: expiresIn } = isRecord(answer) ? answer : {}
  const found = typeof token === 'string' && token !== '' ? token : accessToken
  if (typeof found !== 'string' || !/^[\x21-\x7e]+$/.test(found)) {
    throw unauthenticated(`${printable(url)} answered without a token`)
  }
  const seconds = typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : DEFAULT_SECONDS
  return { header: `Bearer ${found}`, expiresAt: now + seconds * 1000 }
}

/** (RFC 7617) */
export function basic({
  username,
  password,
}: {
  readonly username: string
  readonly password: string
}): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`
}
