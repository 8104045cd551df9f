import { timingSafeEqual } from 'node:crypto'
import { internalError } from '../core/errors.ts'
import { HmacSha256 } from './hmac-sha256.ts'
import { KEY_NUMBERS } from './split/assignment.ts'

/** What an outcome id says of the answer that it came with. */
export interface OutcomeFacts {
  /** `RolloutState.id`: 16 hexadecimal digits in lower case. */
  readonly rolloutId: string
  /** Index of the variant, below 2^8. */
  readonly variant: number
  /** Below 2^24. */
  readonly step: number
  /** `keyNumber` of the sticky key. */
  readonly key: number
  /** Milliseconds since 1970, below 2^48. */
  readonly issuedAt: number
  /** Tells answers to one key within a millisecond apart. Below 2^32; taken at random, or counted up from a random number. */
  readonly nonce: number
}

/** Where the facts lie. The first 4 bits are the form of the id, the next 52 the key; all numbers are big-endian. */
const AT = { formAndKey: 0, rolloutId: 7, variant: 15, step: 16, issuedAt: 19, nonce: 25, mac: 29 } as const
/** RFC 2104, section 5, lets a digest be cut to half. */
const MAC_BYTES = 16
const ID_BYTES = AT.mac + MAC_BYTES
const FORM = 1

/** 45 bytes are 60 characters without bits left over: an id has one spelling only. */
const OUTCOME_ID = /^[A-Za-z0-9_-]{60}$/
const ROLLOUT_ID = /^[0-9a-f]{16}$/

/**
 * Makes and reads outcome ids: facts of an answer, and an HMAC-SHA256 of them, as 60 characters that are safe in URLs. Every
 * replica with the same key reads them, before and after a restart. They are signed, not secret: whoever has one can read
 * the variant and the hash of the key.
 */
export class OutcomeIds {
  readonly #hmac: HmacSha256
  readonly #bytes = Buffer.alloc(ID_BYTES)
  readonly #mac = Buffer.alloc(MAC_BYTES)

  constructor(key: Uint8Array) {
    this.#hmac = new HmacSha256(key, AT.mac)
  }

  /** @throws ServingError INTERNAL_ERROR for facts that are out of range. */
  issue(facts: OutcomeFacts): string {
    expectInRange(facts)
    const bytes = this.#bytes
    bytes.writeUInt8(FORM * 16 + Math.floor(facts.key / 2 ** 48), AT.formAndKey)
    bytes.writeUIntBE(facts.key % 2 ** 48, AT.formAndKey + 1, 6)
    bytes.write(facts.rolloutId, AT.rolloutId, 8, 'hex')
    bytes.writeUInt8(facts.variant, AT.variant)
    bytes.writeUIntBE(facts.step, AT.step, 3)
    bytes.writeUIntBE(facts.issuedAt, AT.issuedAt, 6)
    bytes.writeUInt32BE(facts.nonce, AT.nonce)
    this.#hmac.digest(bytes, bytes, AT.mac, MAC_BYTES)
    return bytes.toString('base64url')
  }

  /** Undefined for every text that was not issued under this key. Takes the same time for all wrong digests. */
  read(outcomeId: string): OutcomeFacts | undefined {
    if (!OUTCOME_ID.test(outcomeId)) return undefined
    const bytes = Buffer.from(outcomeId, 'base64url')
    this.#hmac.digest(bytes, this.#mac, 0, MAC_BYTES)
    if (!timingSafeEqual(this.#mac, bytes.subarray(AT.mac))) return undefined
    const formAndKey = bytes.readUInt8(AT.formAndKey)
    if (formAndKey >> 4 !== FORM) return undefined
    return {
      rolloutId: bytes.toString('hex', AT.rolloutId, AT.variant),
      variant: bytes.readUInt8(AT.variant),
      step: bytes.readUIntBE(AT.step, 3),
      key: (formAndKey % 16) * 2 ** 48 + bytes.readUIntBE(AT.formAndKey + 1, 6),
      issuedAt: bytes.readUIntBE(AT.issuedAt, 6),
      nonce: bytes.readUInt32BE(AT.nonce),
    }
  }
}

function expectInRange({ rolloutId, variant, step, key, issuedAt, nonce }: OutcomeFacts): void {
  const fits =
    isBelow(variant, 2 ** 8) &&
    isBelow(step, 2 ** 24) &&
    isBelow(key, KEY_NUMBERS) &&
    isBelow(issuedAt, 2 ** 48) &&
    isBelow(nonce, 2 ** 32) &&
    ROLLOUT_ID.test(rolloutId)
  if (!fits) throw internalError('The facts of an outcome id are out of range: this is a bug')
}

function isBelow(value: number, end: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < end
}
