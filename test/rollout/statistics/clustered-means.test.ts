import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyNumber } from '../../../src/rollout/split/assignment.ts'
import { ClusteredMeans } from '../../../src/rollout/statistics/clustered-means.ts'
import { MOST_STEPS } from '../../../src/rollout/statistics/variant-outcomes.ts'

interface Outcome {
  readonly step: number
  readonly variant: number
  readonly key: number
  readonly value: number
}

test('without outcomes of both variants in a step there is no estimate', () => {
  const means = meansOf([
    { step: 0, variant: 0, key: 1, value: 1 },
    { step: 0, variant: 0, key: 2, value: 0 },
    { step: 1, variant: 1, key: 3, value: 1 },
    { step: 1, variant: 1, key: 4, value: 1 },
  ])
  expect(means.estimate(1)).toBeUndefined()
  expect(means.mean(0)).toBe(0.5)
  expect(means.mean(1)).toBe(1)
  expect(means.outcomes(1)).toBe(2)
  expect(means.keys(1)).toBe(2)
})

test('there are never more keys than outcomes', () => {
  const means = new ClusteredMeans(2)
  for (let count = 1; count <= 5000; count += 1) {
    means.add(0, 0, keyNumber('seed', String(count)), 1)
    expect(means.keys(0)).toBeLessThanOrEqual(count)
  }
})

test('with one outcome a key the variance is that of independent outcomes', () => {
  const outcomes = Array.from({ length: 200 }, (_, key) => ({
    step: 0,
    variant: key % 2,
    key,
    value: key % 5 === 0 ? 1 : 0,
  }))
  const estimate = meansOf(outcomes).estimate(1)!
  expect(estimate.difference).toBeCloseTo(0, 12)
  expect(estimate.variance).toBeCloseTo((2 * 0.2 * 0.8) / 99, 12)
  expect(estimate.n).toBeCloseTo((4 * 0.2 * 0.8 * (200 / 198)) / estimate.variance, 6)
})

test('outcomes that a user repeats tell nothing new', () => {
  const once = Array.from({ length: 200 }, (_, key) => ({
    step: 0,
    variant: key % 2,
    key,
    value: key % 3 === 0 ? 1 : 0,
  }))
  const estimate = meansOf(once).estimate(1)!
  const repeated = meansOf([...once, ...once, ...once, ...once]).estimate(1)!
  expect(repeated.difference).toBeCloseTo(estimate.difference, 12)
  expect(repeated.variance).toBeCloseTo(estimate.variance, 12)
  expect(repeated.n / estimate.n).toBeCloseTo(1, 1)
})

test('keys count as few where one of them has most of the outcomes', () => {
  const even = Array.from({ length: 200 }, (_, key) => ({ step: 0, variant: key % 2, key, value: key % 3 }))
  expect(meansOf(even).estimate(1)!.effectiveKeys).toBeCloseTo(100, 9)
  const heavy = Array.from({ length: 100 }, () => ({ step: 0, variant: 1, key: 1, value: 0 }))
  expect(meansOf([...even, ...heavy]).estimate(1)!.effectiveKeys).toBeCloseTo(200 ** 2 / (99 + 101 ** 2), 9)
  const laterStep = [...even, ...heavy].map((outcome) => ({ ...outcome, step: 1 }))
  const both = meansOf([...even, ...heavy, ...laterStep]).estimate(1)!.effectiveKeys
  expect(both).toBeCloseTo(200 ** 2 / (99 + 101 ** 2), 9)
})

test('a base rate and a share that change together are no difference', () => {
  const outcomes: Outcome[] = []
  for (let key = 0; key < 4000; key += 1) {
    const step = key < 2000 ? 0 : 1
    const everyTenth = key % 10 === 0
    const variant = step === 0 ? Number(everyTenth) : key % 2
    const position = Math.floor(key / 20)
    outcomes.push({ step, variant, key, value: position % 10 < (step === 0 ? 1 : 5) ? 1 : 0 })
  }
  const means = meansOf(outcomes)
  expect(means.mean(1)! - means.mean(0)!).toBeGreaterThan(0.1)
  expect(means.estimate(1)!.difference).toBeCloseTo(0, 12)
  expect(means.estimate(1)!.variantMean).toBeCloseTo(means.estimate(1)!.controlMean, 12)
})

test('large values of small variance keep their digits', () => {
  const around = (centre: number): ClusteredMeans =>
    meansOf(
      Array.from({ length: 400 }, (_, key) => ({
        step: 0,
        variant: key % 2,
        key: key % 100,
        value: centre + ((key * 7919) % 13) / 1024,
      })),
    )
  const near = around(0).estimate(1)!
  const far = around(1e9).estimate(1)!
  expect(far.difference).toBeCloseTo(near.difference, 9)
  expect(far.variance / near.variance).toBeCloseTo(1, 6)
  expect(far.controlMean).toBeCloseTo(1e9 + near.controlMean, 5)
})

test('steps without end take no memory without end: the first hundred are compared', () => {
  const inStep = (step: number): Outcome[] =>
    Array.from({ length: 20 }, (_, i) => ({
      step,
      variant: i % 2,
      key: 20 * step + i,
      value: (i * step) % 3,
    }))
  const outcomes = Array.from({ length: 150 }, (_, step) => inStep(step)).flat()
  const means = meansOf(outcomes)
  expect(means.outcomes(1)).toBe(1500)
  expect(means.estimate(1)).toEqual(meansOf(outcomes.filter(({ step }) => step < MOST_STEPS)).estimate(1))
})

test('estimates are those of the textbook formula, in whatever order outcomes come', () => {
  const outcome = fc.record({
    step: fc.integer({ min: 0, max: 2 }),
    variant: fc.integer({ min: 0, max: 1 }),
    key: fc.integer({ min: 0, max: 30 }),
    value: fc.integer({ min: -20, max: 20 }),
  })
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 200 }), (outcomes) => {
      const found = meansOf(outcomes).estimate(1)
      const expected = byTextbook(outcomes)
      expect(found === undefined).toBe(expected === undefined)
      if (found === undefined || expected === undefined) return
      expect(found.difference).toBeCloseTo(expected.difference, 9)
      expect(Math.abs(found.variance - expected.variance)).toBeLessThan(1e-9 * (1 + expected.variance))
    }),
  )
})

function meansOf(outcomes: readonly Outcome[]): ClusteredMeans {
  const means = new ClusteredMeans(2)
  for (const { step, variant, key, value } of outcomes) means.add(step, variant, key, value)
  return means
}

/** All at once, by influence of each key: sum over steps of weight * residual / count. */
function byTextbook(outcomes: readonly Outcome[]): { difference: number; variance: number } | undefined {
  const steps = [0, 1, 2].filter((step) =>
    [0, 1].every((variant) => new Set(keysOf(cell(outcomes, step, variant))).size >= 2),
  )
  if (steps.length === 0) return undefined
  const weight = (step: number): number => {
    const [a, b] = [0, 1].map((variant) => new Set(keysOf(cell(outcomes, step, variant))).size)
    return (a! * b!) / (a! + b!)
  }
  const all = sum(steps.map(weight))
  const mean = (step: number, variant: number): number =>
    sum(valuesOf(cell(outcomes, step, variant))) / cell(outcomes, step, variant).length
  const influence = (variant: number, key: number): number =>
    sum(
      steps.map((step) => {
        const inStep = cell(outcomes, step, variant)
        const clusters = new Set(keysOf(inStep)).size
        const residual = sum(
          valuesOf(inStep.filter((one) => one.key === key)).map((value) => value - mean(step, variant)),
        )
        return ((weight(step) / all) * residual * Math.sqrt(clusters / (clusters - 1))) / inStep.length
      }),
    )
  const keys = [...new Set(keysOf(outcomes))]
  return {
    difference: sum(steps.map((step) => (weight(step) / all) * (mean(step, 1) - mean(step, 0)))),
    variance: sum([0, 1].flatMap((variant) => keys.map((key) => influence(variant, key) ** 2))),
  }
}

const cell = (outcomes: readonly Outcome[], step: number, variant: number): Outcome[] =>
  outcomes.filter((one) => one.step === step && one.variant === variant)
const keysOf = (outcomes: readonly Outcome[]): number[] => outcomes.map((one) => one.key)
const valuesOf = (outcomes: readonly Outcome[]): number[] => outcomes.map((one) => one.value)
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
