import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RequestMix } from '../../../src/bench/generator/request-mix.ts'
import { seededRandom } from '../../../src/core/seeded-random.ts'

test('a request is picked as often as its weight says, and never with weight 0', () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 })
        .filter((all) => all.some(Boolean)),
      fc.integer(),
      (weights, seed) => {
        const mix = new RequestMix(weights, seededRandom(seed))
        const counts = weights.map(() => 0)
        const picks = 3000
        for (let pick = 0; pick < picks; pick += 1) counts[mix.pick()]! += 1
        const sum = weights.reduce((total, weight) => total + weight)
        for (const [index, weight] of weights.entries()) {
          if (weight === 0) expect(counts[index]).toBe(0)
          expect(counts[index]! / picks).toBeCloseTo(weight / sum, 0)
        }
      },
    ),
  )
})
