import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHead } from './request-head.ts'

const BEARER = /^Bearer +(\S+) *$/i

/** The keys of which clients must show one, as `Authorization: Bearer KEY` or `X-API-Key: KEY`. */
export class ApiKeys {
  readonly #digests: readonly Buffer[]

  constructor(keys: readonly string[]) {
    this.#digests = keys.map(digest)
  }

  get count(): number {
    return this.#digests.length
  }

  /**
   * Which key was shown, counted from 0; -1 where none of them was. Takes the same time whatever was shown:
   * digests of one length are compared, not the keys, and all of them.
   */
  shownBy(request: Pick<RequestHead, 'headers'>): number {
    const shown = shownKey(request)
    if (shown === undefined) return -1
    const ofShown = digest(shown)
    let found = -1
    for (const [index, known] of this.#digests.entries()) if (timingSafeEqual(ofShown, known)) found = index
    return found
  }
}

function shownKey({ headers }: Pick<RequestHead, 'headers'>): string | undefined {
  const own = headers['x-api-key']
  if (typeof own === 'string') return own
  return BEARER.exec(headers.authorization ?? '')?.[1]
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
