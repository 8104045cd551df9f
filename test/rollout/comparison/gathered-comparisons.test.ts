import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COMPARED, type ComparedOutputs } from '../../../src/rollout/comparison/compared-outputs.ts'
import { GatheredComparisons } from '../../../src/rollout/comparison/gathered-comparisons.ts'
import { SummedDifferences } from '../../../src/rollout/comparison/summed-differences.ts'

const difference = fc.record(
  {
    output: fc.constantFrom('x', 'y'),
    different: fc.nat(9),
    elements: fc.nat(9),
    excess: fc.double({ min: 0, noNaN: true }),
    labels: fc.record({ different: fc.nat(9), rows: fc.nat(9) }),
  },
  { requiredKeys: ['output', 'different', 'elements'] },
)

const comparison: fc.Arbitrary<ComparedOutputs> = fc.record({
  ...{ model: fc.constantFrom('s', 't'), step: fc.nat(9), key: fc.nat(99) },
  outcome: fc.constantFrom(...COMPARED),
  ...{ milliseconds: fc.nat(9), outputs: fc.array(difference, { maxLength: 3 }) },
})

test('what was gathered has each copy, and as much of each output as all of them had', () => {
  fc.assert(
    fc.property(fc.array(comparison), (comparisons) => {
      const gathered = new GatheredComparisons()
      for (const each of comparisons) gathered.add(each)
      for (const { model, copies, outputs } of gathered.take()) {
        const own = comparisons.filter((each) => each.model === model)
        expect(copies).toEqual(
          own.map(({ step, key, outcome, milliseconds }) => [
            step,
            key,
            COMPARED.indexOf(outcome),
            milliseconds,
          ]),
        )
        const all = own.flatMap((each) => each.outputs ?? [])
        for (const { output, different, elements, excess, labels } of outputs) {
          const given = all.filter((each) => each.output === output)
          expect(different).toBe(sum(given.map((each) => each.different)))
          expect(elements).toBe(sum(given.map((each) => each.elements)))
          const excesses = given.flatMap((each) => each.excess ?? [])
          expect(excess).toBe(excesses.length === 0 ? undefined : Math.max(...excesses))
          const rows = given.flatMap((each) => each.labels?.rows ?? [])
          expect(labels?.rows).toBe(rows.length === 0 ? undefined : sum(rows))
        }
      }
      expect(gathered.take()).toEqual([])
    }),
  )
})

test('an example is kept with the size of its difference', () => {
  const gathered = new GatheredComparisons()
  const outputs = [{ output: 'y', different: 1, elements: 3, excess: 7, at: 2 }]
  gathered.add({ model: 's', step: 0, key: 1, outcome: 'differs', milliseconds: 2, outputs, example: '{}' })
  gathered.add({ model: 's', step: 0, key: 1, outcome: 'dropped' })
  expect(gathered.take()).toEqual([
    {
      model: 's',
      copies: [
        [0, 1, 1, 2],
        [0, 1, 3, 0],
      ],
      outputs: [{ output: 'y', different: 1, elements: 3, excess: 7 }],
      examples: [{ size: 7, example: '{}' }],
    },
  ])
})

test('no more outputs are summed up than are wanted', () => {
  const sums = new SummedDifferences(1)
  for (const output of ['x', 'y', 'x']) sums.add({ output, different: 0, elements: 2 })
  expect(sums.list()).toEqual([{ output: 'x', different: 0, elements: 4 }])
})

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
