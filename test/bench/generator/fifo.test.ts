import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fifo } from '../../../src/bench/generator/fifo.ts'

test('items leave in the order in which they came, however the two are mixed', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 900 })))
  fc.assert(
    fc.property(steps, (rounds) => {
      const fifo = new Fifo<number>()
      let pushed = 0
      let shifted = 0
      for (const [pushes, shifts] of rounds) {
        for (let n = 0; n < pushes; n += 1) fifo.push(pushed++)
        for (let n = 0; n < shifts; n += 1) {
          const expected = shifted < pushed ? shifted++ : undefined
          expect(fifo.first).toBe(expected)
          expect(fifo.shift()).toBe(expected)
        }
        expect(fifo.size).toBe(pushed - shifted)
      }
    }),
    { numRuns: 20 },
  )
})
