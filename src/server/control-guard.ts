import { createHash, timingSafeEqual } from 'node:crypto'
import { permissionDenied, unauthenticated } from '../core/errors.ts'
import { isLoopback } from '../core/loopback.ts'
import { isProxied, type ReadHeader } from './proxy-headers.ts'

export interface ControlGuardInit {
  /** Address that the server listens on, as it was given. */
  readonly host: string
  /** Who shows it may control; unless there is one, whoever is on this machine may, where nobody else can ask. */
  readonly token: string | undefined
}

const BEARER = /^Bearer +(\S+) *$/i

/** Content types that a page may send to any server without asking it first (Fetch Standard, "no-CORS-safelisted"). */
const FORM_TYPES = /^\s*(text\/plain|application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i

/** What a refusal says is not done. */
const MODEL_CONTROL = 'Models are not loaded and unloaded'

/**
 * Who may load and unload models, and look at and direct rollouts. With a token: whoever shows it. Without: a server that
 * only this machine reaches takes requests of its programs, but not of pages that a browser on it has open, which may come
 * under any name (DNS rebinding) or be sent blindly (CSRF).
 */
export class ControlGuard {
  readonly #digest: Buffer | undefined
  readonly #isLoopback: boolean

  constructor({ host, token }: ControlGuardInit) {
    this.#digest = token === undefined ? undefined : digest(token)
    this.#isLoopback = isLoopback(host)
  }

  /**
   * @param deed what is not done for others, for the message
   * @throws ServingError UNAUTHENTICATED without the token, PERMISSION_DENIED where no token helps.
   */
  check(header: ReadHeader, deed = MODEL_CONTROL): void {
    if (this.#digest !== undefined) checkToken(header, this.#digest)
    else if (this.#isLoopback) checkLocal(header, deed)
    else {
      throw permissionDenied(
        `${deed} over the network without a token: start the server with --control-token ` +
          '(or HEADRACE_CONTROL_TOKEN).',
      )
    }
  }
}

function checkToken(header: ReadHeader, known: Buffer): void {
  const shown = header('x-headrace-control-token') ?? BEARER.exec(header('authorization') ?? '')?.[1]
  // Digests of one length are compared, which takes the same time whatever was shown.
  if (shown !== undefined && timingSafeEqual(digest(shown), known)) return
  throw unauthenticated(
    'The control token is needed: `Authorization: Bearer TOKEN` or `X-Headrace-Control-Token: TOKEN`.',
  )
}

function checkLocal(header: ReadHeader, deed: string): void {
  const refused = (how: string): Error => refusal(deed, how)
  const host = header('host') ?? ''
  if (!isLoopback(nameOf(host))) {
    throw refused(`under the name '${host.slice(0, 100)}'`)
  }
  const origin = header('origin')
  if (origin !== undefined && origin.replace(/^https?:\/\//i, '').toLowerCase() !== host.toLowerCase()) {
    throw refused('from pages of another origin')
  }
  const site = header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw refused('from pages of another site')
  }
  if (FORM_TYPES.test(header('content-type') ?? '')) {
    throw refused('by forms, which is what no Content-Type: application/json means,')
  }
  if (isProxied(header)) throw refused('through a proxy')
}

/** Without the port. */
function nameOf(host: string): string {
  return host.replace(/:\d*$/, '')
}

function refusal(deed: string, how: string): Error {
  return permissionDenied(`${deed} ${how} unless a token is set (--control-token, HEADRACE_CONTROL_TOKEN).`)
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
