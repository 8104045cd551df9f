/**
 * A million bodies, sound ones and mutated ones, through the scanner of numbers: what it does not decline is what JSON.parse gives, and no
 * body changes how the next is read. And ten million numbers, each beside Number.
 *
 *     HEADRACE_SOAK_BODIES=1000000 HEADRACE_SOAK_SEED=1 npm run test:soak -- json-numbers
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NumberScanner } from '../../../src/protocols/json-numbers/number-scanner.ts'
import { Patience } from '../../../src/protocols/json-numbers/patience.ts'
import { jsonText, mutated, numberLiteral } from '../../protocols/json-numbers/arbitrary-json.ts'
import { NOT_JSON, parsed, putTogether, withoutBooleans } from '../../protocols/json-numbers/put-together.ts'

const BODIES = Number(process.env['HEADRACE_SOAK_BODIES'] ?? 1_000_000)
const SEED = Number(process.env['HEADRACE_SOAK_SEED'] ?? 1)
const LITERALS_A_LIST = 1000
const SOUND = '{"inputs": [[1.5, -2e-7], [3, 4]], "params": {"k": 5}}'

const scanner = new NumberScanner(new Patience(Number.POSITIVE_INFINITY))

test(`${BODIES} bodies (seed ${SEED})`, () => {
  const count = { read: 0, declined: 0, 'declined JSON': 0 }
  const body = fc.oneof(
    jsonText.map((text) => new TextEncoder().encode(text)),
    { weight: 3, arbitrary: mutated(jsonText) },
  )
  fc.assert(
    fc.property(body, (bytes) => {
      const expected = parsed(bytes)
      const scanned = scanner.scan(bytes)
      if (scanned === undefined) {
        count[expected === NOT_JSON ? 'declined' : 'declined JSON'] += 1
      } else {
        count.read += 1
        expect(putTogether(scanner, scanned)).toStrictEqual(withoutBooleans(expected))
      }
      const sound = scanner.scan(Buffer.from(SOUND))
      expect(sound && putTogether(scanner, sound)).toEqual(JSON.parse(SOUND))
    }),
    { numRuns: BODIES, seed: SEED },
  )
  console.log(count)
  expect(count['declined JSON']).toBeLessThan(BODIES / 20)
})

test(`${BODIES * 10} numbers (seed ${SEED})`, () => {
  const literals = fc.array(numberLiteral, { minLength: LITERALS_A_LIST, maxLength: LITERALS_A_LIST })
  fc.assert(
    fc.property(literals, (list) => {
      for (const literal of list) {
        const scanned = scanner.scan(Buffer.from(literal))
        if (scanned !== undefined && !Object.is(scanner.float64(scanned.lists[0]!)[0], Number(literal))) {
          throw new Error(literal)
        }
      }
    }),
    { numRuns: (BODIES * 10) / LITERALS_A_LIST, seed: SEED },
  )
})
