import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SplitRange } from '../../../src/rollout/rollout-state.ts'
import { SLOTS, variantOfSlot } from '../../../src/rollout/split/assignment.ts'
import { changedSplit, firstSplit, MAX_RANGES, permilleOf } from '../../../src/rollout/split/split.ts'

const SLOT_NUMBERS = Array.from({ length: SLOTS }, (_, slot) => slot)

/** Whose each slot is, found as requests find it. */
function ownersOf(split: readonly SplitRange[]): readonly number[] {
  return SLOT_NUMBERS.map((slot) => variantOfSlot(split, slot))
}

function movedSlots(before: readonly SplitRange[], after: readonly SplitRange[]): number {
  const [left, right] = [ownersOf(before), ownersOf(after)]
  return left.filter((variant, slot) => variant !== right[slot]).length
}

/** Half the sum of the differences: fewer slots cannot move. */
function distance(before: readonly number[], after: readonly number[]): number {
  return before.reduce((sum, share, i) => sum + Math.abs(share - (after[i] ?? 0)), 0) / 2
}

/** Shares of so many variants, whole numbers that add up to 1000; nothing and everything are not rare among them. */
function shares(variants: number): fc.Arbitrary<readonly number[]> {
  const cut = fc.oneof(fc.integer({ min: 0, max: SLOTS }), fc.constantFrom(0, 10, 500, 900, SLOTS))
  return fc.array(cut, { minLength: variants - 1, maxLength: variants - 1 }).map((cuts) => {
    const ends = [...cuts.sort((a, b) => a - b), SLOTS]
    return ends.map((end, i) => end - (ends[i - 1] ?? 0))
  })
}

/** Shares of some variants, one after the other. */
const histories = fc
  .integer({ min: 1, max: 8 })
  .chain((variants) => fc.array(shares(variants), { minLength: 1, maxLength: 12 }))

/** Each split of a history with the shares it was made of. */
function splitsOf(history: readonly (readonly number[])[]): readonly (readonly SplitRange[])[] {
  const splits: (readonly SplitRange[])[] = []
  for (const permille of history) {
    const last = splits.at(-1)
    splits.push(last === undefined ? firstSplit(permille) : changedSplit(last, permille))
  }
  return splits
}

describe('a split', () => {
  test('begins with a range for each variant that has a share', () => {
    expect(firstSplit([900, 100])).toEqual([
      { end: 900, variant: 0 },
      { end: 1000, variant: 1 },
    ])
    expect(firstSplit([0, 1000, 0])).toEqual([{ end: 1000, variant: 1 }])
  })

  test('of two variants stays in two ranges as a canary grows and goes', () => {
    let split = firstSplit([990, 10])
    for (const [control, canary] of [
      [900, 100],
      [500, 500],
      [700, 300],
    ] as const) {
      split = changedSplit(split, [control, canary])
      expect(split).toEqual([
        { end: control, variant: 0 },
        { end: 1000, variant: 1 },
      ])
    }
    expect(changedSplit(split, [1000, 0])).toEqual([{ end: 1000, variant: 0 }])
  })

  test('has the shares that were asked for, after any history', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const [i, split] of splitsOf(history).entries()) {
          const counts = (history[i] ?? []).map(() => 0)
          for (const variant of ownersOf(split)) counts[variant]! += 1
          expect(counts).toEqual(history[i])
          expect(permilleOf(split, counts.length)).toEqual(history[i])
        }
      }),
    )
  })

  test('moves no slot that need not move', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const splits = splitsOf(history)
        for (let i = 1; i < splits.length; i++) {
          expect(movedSlots(splits[i - 1]!, splits[i]!)).toBe(distance(history[i - 1]!, history[i]!))
        }
      }),
    )
  })

  test('covers all slots without gaps, and neighbours of one variant are one range', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const split of splitsOf(history)) {
          const ends = split.map(({ end }) => end)
          expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b))
          expect(ends.at(-1)).toBe(SLOTS)
          expect(ends[0]).toBeGreaterThan(0)
          const doubled = split.filter(({ variant }, i) => variant === split[i + 1]?.variant)
          expect(doubled).toEqual([])
        }
      }),
    )
  })

  test('is the same wherever it is made, and stays where nothing changes', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const split = splitsOf(history).at(-1)!
        expect(splitsOf(structuredClone(history)).at(-1)).toEqual(split)
        expect(changedSplit(split, history.at(-1)!)).toEqual(split)
      }),
    )
  })

  test('of twenty variants stays below the bound in a long history', () => {
    const histories = fc.array(shares(20), { minLength: 100, maxLength: 100 })
    fc.assert(
      fc.property(histories, (history) => {
        const longest = Math.max(...splitsOf(history).map(({ length }) => length))
        expect(longest).toBeLessThan(MAX_RANGES / 2)
      }),
      { numRuns: 5 },
    )
  })

  test('that is in too many pieces is laid out anew', () => {
    const pieces = SLOT_NUMBERS.map((slot) => ({ end: slot + 1, variant: slot % 3 }))
    const counts = permilleOf(pieces, 3)
    expect(counts).toEqual([334, 333, 333])
    expect(changedSplit(pieces, [333, 334, 333])).toEqual(firstSplit([333, 334, 333]))
  })

  test.each([[[900, 99]], [[1001, -1]], [[500.5, 499.5]], [[]]])('of %j is a defect', (permille) => {
    expect(() => firstSplit(permille)).toThrow('this is a bug')
    expect(() => changedSplit([{ end: 1000, variant: 0 }], permille)).toThrow('this is a bug')
  })
})
