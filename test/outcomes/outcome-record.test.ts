import fc from 'fast-check'
import { expect, test } from 'vitest'
import { outcomeLine, readOutcomeLine } from '../../src/outcomes/outcome-record.ts'
import { record } from './records.ts'

const RECORDS = fc.record({
  outcomeId: fc.string({ unit: 'binary' }),
  facts: fc.record({
    rolloutId: fc.string(),
    variant: fc.nat(),
    step: fc.nat(),
    key: fc.maxSafeNat(),
    issuedAt: fc.maxSafeNat(),
    nonce: fc.nat(),
  }),
  value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  receivedAt: fc.maxSafeNat(),
})

test('a line is read as it was written, and is JSON of one line', () => {
  fc.assert(
    fc.property(RECORDS, (given) => {
      const line = outcomeLine(given)
      expect(line.indexOf('\n')).toBe(line.length - 1)
      expect(readOutcomeLine(line.slice(0, -1))).toEqual(given)
      expect(JSON.parse(line)).toMatchObject({ outcome_id: given.outcomeId, value: given.value })
    }),
  )
})

test('no part of a line is a record, and no line with another character', () => {
  const line = outcomeLine(record(7)).slice(0, -1)
  for (let end = 0; end < line.length; end++) {
    expect(readOutcomeLine(line.slice(0, end))).toBeUndefined()
    const other = line[end] === '0' ? '1' : '0'
    expect(readOutcomeLine(`${line.slice(0, end)}${other}${line.slice(end + 1)}`)).toBeUndefined()
  }
})
