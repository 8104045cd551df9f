import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { rolloutId } from '../../../src/rollout/rollout-id.ts'
import { keyNumber, SLOTS, slotOf, variantOfSlot } from '../../../src/rollout/split/assignment.ts'

/** Made by Python's hashlib with the lines of docs/rollouts.md, not by the code under test. */
const KNOWN: readonly (readonly [seed: string, key: string, number: number, slot: number])[] = [
  ['95813b93bd92b95c', 'user-1', 2511848883337054, 557],
  ['95813b93bd92b95c', 'user-2', 18308505201867, 4],
  ['95813b93bd92b95c', 'user-3', 4124861624632812, 915],
  ['95813b93bd92b95c', '42', 2424828112022039, 538],
  ['95813b93bd92b95c', '', 195376429849409, 43],
  ['95813b93bd92b95c', 'Zoë', 4153780300299571, 922],
  ['95813b93bd92b95c', '日本', 1950265773377583, 433],
  ['95813b93bd92b95c', 'a:b', 4043024165714184, 897],
  ['0123456789abcdef', 'user-1', 174423636720362, 38],
  ['0123456789abcdef', 'Zoë', 792441518643045, 175],
  ['0123456789abcdef', 'x'.repeat(1000), 4480615169130491, 994],
]

describe('the number of a sticky key', () => {
  test.each(KNOWN)('%s:%s is what Python makes of it', (seed, key, number, slot) => {
    expect(keyNumber(seed, key)).toBe(number)
    expect(slotOf(number)).toBe(slot)
  })

  test('has a slot from 0 to 999, up to both ends', () => {
    expect(slotOf(0)).toBe(0)
    expect(slotOf(2 ** 52 - 1)).toBe(999)
  })

  /** With 999 degrees of freedom chi-square is above 1,143 in one of 1,000 even spreads, and these seeds are fixed. */
  test.each(['95813b93bd92b95c', '0123456789abcdef', 'ffffffffffffffff'])(
    'spreads keys evenly over the slots under the seed %s',
    (seed) => {
      const keys = 50_000
      const counts = new Array<number>(SLOTS).fill(0)
      for (let i = 0; i < keys; i++) counts[slotOf(keyNumber(seed, `user-${i}`))]! += 1
      const expected = keys / SLOTS
      const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
      expect(chiSquare).toBeLessThan(1143)
      expect(chiSquare).toBeGreaterThan(863)
    },
  )

  test('says nothing of the number under another seed', () => {
    const both = Array.from({ length: 20_000 }, (_, i) => {
      return ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'].filter(
        (seed) => slotOf(keyNumber(seed, `user-${i}`)) < 500,
      )
    })
    const together = both.filter((seeds) => seeds.length === 2).length
    // A quarter of them, give or take four standard deviations of 61.
    expect(Math.abs(together - 5000)).toBeLessThan(245)
  })
})

describe('docs/rollouts.md', () => {
  const page = readFileSync(new URL('../../../docs/rollouts.md', import.meta.url), 'utf8')

  test('has a table of numbers and slots that are so', () => {
    const rows = [...page.matchAll(/^\| `([0-9a-f]{16})` \| `([^`]+)` \| (\d+) \| (\d+) \|$/gm)]
    expect(rows.length).toBeGreaterThan(5)
    for (const [, seed = '', key = '', number, slot] of rows) {
      expect(keyNumber(seed, key)).toBe(Number(number))
      expect(slotOf(keyNumber(seed, key))).toBe(Number(slot))
    }
  })

  test('has lines of JavaScript that compute the same', () => {
    const code = /```js\n(import .*?\n)(.*?)```/s.exec(page)?.[2] ?? ''
    const variantOf: unknown = new Function('createHash', `${code}; return variantOf`)(createHash)
    if (typeof variantOf !== 'function') throw new Error('There is no such function')
    const slots = [300, 301, 900, 1000].map((end, i) => ({ end, variant: 'abca'[i] }))
    for (let i = 0; i < 2000; i++) {
      const slot = slotOf(keyNumber('95813b93bd92b95c', `user-${i}`))
      const entry = slots.find(({ end }) => slot < end)
      expect(variantOf('95813b93bd92b95c', slots, `user-${i}`)).toBe(entry?.variant)
    }
  })
})

describe('the variant of a slot', () => {
  const split = [
    { end: 300, variant: 0 },
    { end: 301, variant: 2 },
    { end: 900, variant: 1 },
    { end: 1000, variant: 0 },
  ]

  test.each([
    [0, 0],
    [299, 0],
    [300, 2],
    [301, 1],
    [899, 1],
    [900, 0],
    [999, 0],
  ])('%i is %i', (slot, variant) => {
    expect(variantOfSlot(split, slot)).toBe(variant)
  })

  test('is the one there is, where there is one', () => {
    expect(variantOfSlot([{ end: 1000, variant: 3 }], 500)).toBe(3)
  })
})

describe('the id of a rollout', () => {
  /** By Python's json and hashlib. */
  test.each([
    [
      'iris',
      [
        ['a', '2'],
        ['b', '1'],
      ],
      '95813b93bd92b95c',
    ],
    ['default', [['control', '1']], 'c0438ab39871c0d2'],
    [
      'iris',
      [
        ['ä', '1'],
        ['b', 'v2'],
      ],
      '9f327acc2719c86d',
    ],
  ] as const)('%s %j is %s, as Python makes it', (name, variants, id) => {
    expect(
      rolloutId(
        name,
        variants.map(([each, version]) => ({ name: each, version })),
      ),
    ).toBe(id)
  })

  test('is another where the name, a variant, a version or the order is another', () => {
    const a = { name: 'a', version: '1' }
    const b = { name: 'b', version: '2' }
    const ids = [
      rolloutId('iris', [a, b]),
      rolloutId('iris', [b, a]),
      rolloutId('iris', [a]),
      rolloutId('iris', [a, { ...b, version: '3' }]),
      rolloutId('churn', [a, b]),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })
})
