import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const BEARER = /^Bearer +(\S+) *$/i

/** The one key that clients of this server must show, as `Authorization: Bearer KEY` or `X-API-Key: KEY`. */
export class ApiKey {
  readonly #digest: Buffer

  constructor(key: string) {
    this.#digest = digest(key)
  }

  /** Takes the same time whatever the key shown: digests of one length are compared, not the keys. */
  isShownBy(request: IncomingMessage): boolean {
    const shown = shownKey(request)
    return shown !== undefined && timingSafeEqual(digest(shown), this.#digest)
  }
}

function shownKey({ headers }: IncomingMessage): string | undefined {
  const own = headers['x-api-key']
  if (typeof own === 'string') return own
  return BEARER.exec(headers.authorization ?? '')?.[1]
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
