import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type OutcomeFacts, OutcomeIds } from '../../src/rollout/outcome-ids.ts'

const KEY = Buffer.from('a key of outcome ids')
const FACTS: OutcomeFacts = {
  rolloutId: '95813b93bd92b95c',
  variant: 1,
  step: 3,
  key: 2511848883337054,
  issuedAt: 1_795_358_387_318,
  nonce: 7,
}

const anyFacts: fc.Arbitrary<OutcomeFacts> = fc.record({
  rolloutId: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((id) => id.toString(16).padStart(16, '0')),
  variant: fc.nat(2 ** 8 - 1),
  step: fc.nat(2 ** 24 - 1),
  key: fc.maxSafeNat().map((n) => n % 2 ** 52),
  issuedAt: fc.maxSafeNat().map((n) => n % 2 ** 48),
  nonce: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
})

describe('outcome ids', () => {
  const ids = new OutcomeIds(KEY)

  test('say what they were issued for, in 60 characters that are safe in URLs', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const id = ids.issue(facts)
        expect(id).toMatch(/^[A-Za-z0-9_-]{60}$/)
        expect(ids.read(id)).toEqual(facts)
      }),
    )
  })

  test('end with the first half of the HMAC-SHA256 of the rest, under keys of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), anyFacts, (key, facts) => {
        const bytes = Buffer.from(new OutcomeIds(key).issue(facts), 'base64url')
        const mac = createHmac('sha256', key).update(bytes.subarray(0, 29)).digest()
        expect(bytes.subarray(29)).toEqual(mac.subarray(0, 16))
      }),
    )
  })

  test('have the numbers where the docs say', () => {
    const bytes = Buffer.from(ids.issue(FACTS), 'base64url')
    expect(bytes.readUInt8(0) >> 4).toBe(1)
    expect((bytes.readBigUInt64BE(0) >> 8n) & (2n ** 52n - 1n)).toBe(BigInt(FACTS.key))
    expect(bytes.toString('hex', 7, 15)).toBe(FACTS.rolloutId)
    expect(bytes.readUInt8(15)).toBe(FACTS.variant)
    expect(bytes.readUIntBE(16, 3)).toBe(FACTS.step)
    expect(bytes.readUIntBE(19, 6)).toBe(FACTS.issuedAt)
    expect(bytes.readUInt32BE(25)).toBe(FACTS.nonce)
  })

  test('are read by every replica that has the key, and by no other', () => {
    const id = ids.issue(FACTS)
    expect(new OutcomeIds(Buffer.from(KEY)).read(id)).toEqual(FACTS)
    expect(new OutcomeIds(Buffer.from('another key')).read(id)).toBeUndefined()
  })

  test('are unknown once a single bit of them is another', () => {
    const bytes = Buffer.from(ids.issue(FACTS), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(ids.read(changed.toString('base64url'))).toBeUndefined()
    }
  })

  test('have one spelling', () => {
    const id = ids.issue(FACTS)
    const others = [`${id} `, ` ${id}`, `${id}=`, `${id}\n`, `${id}A`, id.slice(0, -1), id.toLowerCase()]
    const standard = Buffer.from(id, 'base64url').toString('base64')
    for (const other of [...others, ...(standard === id ? [] : [standard])]) {
      expect(ids.read(other)).toBeUndefined()
    }
  })

  test('are not to be found by trying texts, and none of them is an error', () => {
    const bytes = fc.uint8Array({ minLength: 45, maxLength: 45 })
    const spelled = bytes.map((each) => Buffer.from(each).toString('base64url'))
    fc.assert(
      fc.property(fc.oneof(fc.string(), spelled), (text) => {
        expect(ids.read(text)).toBeUndefined()
      }),
    )
  })

  test('of another form than the known one are unknown, though they are signed', () => {
    const bytes = Buffer.from(ids.issue(FACTS), 'base64url')
    bytes[0] = 0x20
    createHmac('sha256', KEY).update(bytes.subarray(0, 29)).digest().copy(bytes, 29, 0, 16)
    expect(ids.read(bytes.toString('base64url'))).toBeUndefined()
  })

  test.each([
    { variant: 256 },
    { variant: -1 },
    { step: 2 ** 24 },
    { key: 2 ** 52 },
    { key: 0.5 },
    { issuedAt: Number.NaN },
    { nonce: 2 ** 32 },
    { rolloutId: '95813b93bd92b95' },
    { rolloutId: '95813B93BD92B95C' },
  ])('are not issued for %j', (wrong) => {
    expect(() => ids.issue({ ...FACTS, ...wrong })).toThrow('out of range')
  })
})
