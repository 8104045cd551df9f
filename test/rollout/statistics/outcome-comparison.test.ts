import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import type { OutcomePlan } from '../../../src/rollout/rollout-plan.ts'
import type { ComparisonView } from '../../../src/rollout/rollout-view.ts'
import { ClusteredMeans } from '../../../src/rollout/statistics/clustered-means.ts'
import { compareOutcomes } from '../../../src/rollout/statistics/outcome-comparison.ts'
import { UniversalTest } from '../../../src/rollout/statistics/universal-test.ts'

const PLAN: OutcomePlan = {
  kind: 'binary',
  better: 'higher',
  alpha: 0.05,
  plannedKeys: 5000,
  smallestDifference: undefined,
  windowSeconds: 604_800,
}

const random = seededRandom(8)

/** As hashed keys are: in no order. */
const KEYS = Array.from({ length: 50_000 }, () => Math.floor(random() * 2 ** 32))

/** Exactly these rates, spread evenly over keys. */
function compared(plan: OutcomePlan, keys: number, rates: readonly number[]): readonly ComparisonView[] {
  const means = new ClusteredMeans(rates.length)
  const equality = new UniversalTest()
  const variants = ['a', 'b', 'c'].slice(0, rates.length)
  for (let key = 0; key < keys; key += 1) {
    const variant = key % rates.length
    const turn = Math.floor(key / rates.length)
    const rate = rates[variant]!
    const isSuccess = Math.floor((turn + 1) * rate) > Math.floor(turn * rate)
    means.add(0, variant, KEYS[key]!, isSuccess ? 1 : 0)
    equality.add(0, variant, KEYS[key]!, isSuccess)
  }
  return compareOutcomes({ plan, variants, means, equality: plan.kind === 'binary' ? equality : undefined })
}

test('without outcomes it says what is missing', () => {
  const [view] = compared(PLAN, 0, [0, 0])
  expect(view).toEqual({
    variant: 'b',
    controlMean: undefined,
    variantMean: undefined,
    difference: undefined,
    interval: undefined,
    confidence: 0.95,
    verdict: 'keep-looking',
    controlKeys: 0,
    variantKeys: 0,
    eValue: 1,
    outcomesToGo: undefined,
    sentence: 'Keep looking: outcomes of 0 keys of a and 0 of b, at least 50 of each are needed.',
  })
})

test('few keys have no interval, but an e-value and what is to go', () => {
  const [view] = compared(PLAN, 60, [0.5, 0.4])
  expect(view!.interval).toBeUndefined()
  expect(view!.eValue).toBeLessThan(10)
  expect(view!.outcomesToGo).toBeGreaterThanOrEqual(40)
  expect(view!.sentence).toMatch(
    /^Keep looking: outcomes of 30 keys of a and 30 of b, .* about [\d,]+ more outcomes\.$/,
  )
})

test('a better variant is told with points of the rate and the interval', () => {
  const [view] = compared(PLAN, 20_000, [0.1, 0.13])
  expect(view!.verdict).toBe('variant-better')
  expect(view!.difference).toBeCloseTo(0.03, 6)
  expect(view!.interval!.low).toBeGreaterThan(0)
  expect(view!.eValue).toBeUndefined()
  expect(view!.outcomesToGo).toBeUndefined()
  expect(view!.sentence).toMatch(
    /^b is better by 3\.0 points \(95 % interval that stays valid while you look: 1\.\d to 4\.\d\)\.$/,
  )
})

test('where lower is better the other one is, by the same size', () => {
  const [view] = compared({ ...PLAN, better: 'lower' }, 20_000, [0.1, 0.13])
  expect(view!.verdict).toBe('control-better')
  expect(view!.sentence).toMatch(/^a is better by 3\.0 points \(.*: 1\.\d to 4\.\d\)\.$/)
})

test('a worse variant: the control is better by a positive number of points', () => {
  const [view] = compared(PLAN, 20_000, [0.13, 0.1])
  expect(view!.verdict).toBe('control-better')
  expect(view!.difference).toBeCloseTo(-0.03, 6)
  expect(view!.sentence).toMatch(/^a is better by 3\.0 points \(.*: 1\.\d to 4\.\d\)\.$/)
})

test('an interval within what is not worth having is no difference, also where it excludes zero', () => {
  const plan = { ...PLAN, smallestDifference: 0.05 }
  const [view] = compared(plan, 40_000, [0.1, 0.12])
  expect(view!.interval!.low).toBeGreaterThan(0)
  expect(view!.verdict).toBe('no-difference-worth-having')
  expect(view!.sentence).toMatch(
    /^No difference larger than 5\.0 points between a and b \(95 % interval .*\)\.$/,
  )
})

test('what is to go is about what it takes', () => {
  const [early] = compared(PLAN, 3000, [0.1, 0.12])
  expect(early!.verdict).toBe('keep-looking')
  const toGo = early!.outcomesToGo!
  expect(early!.sentence).toContain(`at this rate about ${toGo.toLocaleString('en-US')} more outcomes`)
  expect(compared(PLAN, Math.round(3000 + 0.8 * toGo), [0.1, 0.12])[0]!.verdict).toBe('keep-looking')
  expect(compared(PLAN, Math.round(3000 + 1.2 * toGo), [0.1, 0.12])[0]!.verdict).toBe('variant-better')
})

test('with equal rates nobody can say how many are to go, unless a small difference would do', () => {
  expect(compared(PLAN, 4000, [0.1, 0.1])[0]!.outcomesToGo).toBeUndefined()
  const [view] = compared({ ...PLAN, smallestDifference: 0.02 }, 4000, [0.1, 0.1])
  const toGo = view!.outcomesToGo!
  const later = compared({ ...PLAN, smallestDifference: 0.02 }, Math.round(4000 + 1.2 * toGo), [0.1, 0.1])
  expect(later[0]!.verdict).toBe('no-difference-worth-having')
})

test('a variant that never succeeds is found by the exact test', () => {
  const [view] = compared(PLAN, 200, [0.5, 0])
  expect(view!.interval).toBeUndefined()
  expect(view!.verdict).toBe('control-better')
  expect(view!.eValue).toBeGreaterThan(200)
  expect(view!.sentence).toMatch(
    /^a is better than b, by an exact test of few successes or failures \(e-value [\d,]+, /,
  )
})

test('rates of rare successes wait for twenty keys that have one', () => {
  const [view] = compared(PLAN, 2000, [0.008, 0.016])
  expect(view!.interval).toBeUndefined()
  expect(view!.sentence).toContain('each variant needs 20 keys with a success and 20 with a failure')
  expect(view!.sentence).toContain('more outcomes')
})

test('a key with most of the outcomes decides nothing, and is told', () => {
  const means = new ClusteredMeans(2)
  const equality = new UniversalTest()
  for (let key = 0; key < 4000; key += 1) means.add(0, key % 2, KEYS[key]!, key % 20 < 2 ? 1 : 0)
  for (let outcome = 0; outcome < 4000; outcome += 1) means.add(0, 1, KEYS[1]!, 0)
  const [view] = compareOutcomes({ plan: PLAN, variants: ['a', 'b'], means, equality })
  expect(view).toMatchObject({ verdict: 'keep-looking', interval: undefined, outcomesToGo: undefined })
  expect(view!.sentence).toBe(
    'Keep looking: most outcomes of a variant are of a few of its keys (as if there were 2, and 50 are needed).',
  )
})

test('with three variants each comparison has half of alpha, and a wider interval', () => {
  const [alone] = compared(PLAN, 6000, [0.3, 0.33])
  const [first, second] = compared(PLAN, 9000, [0.3, 0.33, 0.3])
  expect([first!.variant, second!.variant]).toEqual(['b', 'c'])
  expect(first!.confidence).toBe(0.975)
  expect(first!.sentence).toContain('97.5 % interval')
  const width = (view: ComparisonView): number => view.interval!.high - view.interval!.low
  expect(width(first!)).toBeGreaterThan(width(alone!) * 1.03)
  expect(width(first!)).toBeLessThan(width(alone!) * 1.15)
})

test('numeric outcomes are told in their own unit', () => {
  const means = new ClusteredMeans(2)
  for (let key = 0; key < 4000; key += 1) means.add(0, key % 2, key, 20 + (key % 2) + 8 * (random() - 0.5))
  const [view] = compareOutcomes({
    plan: { ...PLAN, kind: 'numeric' },
    variants: ['a', 'b'],
    means,
    equality: undefined,
  })
  expect(view!.verdict).toBe('variant-better')
  expect(view!.eValue).toBeUndefined()
  expect(view!.sentence).toMatch(
    /^b is better by (0\.9|1\.0|1\.1) \(95 % interval that stays valid while you look: 0\.\d to 1\.\d\)\.$/,
  )
})

test('numeric outcomes that are all the same have no interval', () => {
  const means = new ClusteredMeans(2)
  for (let key = 0; key < 400; key += 1) means.add(0, key % 2, key, 7)
  const plan: OutcomePlan = { ...PLAN, kind: 'numeric' }
  const [view] = compareOutcomes({ plan, variants: ['a', 'b'], means, equality: undefined })
  expect(view!.interval).toBeUndefined()
  expect(view!.sentence).toContain('not all may be the same')
})

test('all numbers are such that JSON can hold, and sentences never speak of p', () => {
  for (const keys of [0, 1, 2, 3, 10, 200, 5000]) {
    for (const rates of [
      [0, 0],
      [1, 1],
      [0, 1],
      [0.2, 0.2],
      [0.01, 0.9],
    ]) {
      for (const view of compared(PLAN, keys, rates)) {
        expect(JSON.parse(JSON.stringify(view))).toEqual(
          JSON.parse(
            JSON.stringify(view, (_, value) =>
              typeof value === 'number' && !Number.isFinite(value) ? 'not finite' : value,
            ),
          ),
        )
        expect(view.sentence).not.toMatch(/\bp\b|NaN|Infinity|undefined/)
      }
    }
  }
})
