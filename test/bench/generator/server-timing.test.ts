import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StageSums } from '../../../src/bench/generator/server-timing.ts'

function sumsOf(...headers: readonly string[]) {
  const sums = new StageSums()
  for (const header of headers) sums.add(header)
  return sums.sums()
}

describe('durations of Server-Timing', () => {
  test.each<readonly [string, Record<string, number>]>([
    ['infer;dur=12.5', { infer: 12.5 }],
    ['a;dur=1, b ; DUR = 2 ,c;desc=x;dur=3', { a: 1, b: 2, c: 3 }],
    ['a;desc="x, y;dur=9 \\" ";dur="4"', { a: 4 }],
    ['a;dur=1;dur=7', { a: 1 }],
    ['cached, a;dur=2', { a: 2 }],
    ['a;dur=soon', {}],
    ['a;dur=1, =;, b;dur=2', { a: 1 }],
    ['', {}],
  ])('are read from %j', (header, expected) => {
    const means = Object.entries(sumsOf(header)).map(([name, { totalMs }]) => [name, totalMs])
    expect(Object.fromEntries(means)).toEqual(expected)
  })

  test('are added up, by answers and by threads', () => {
    const sums = new StageSums()
    sums.merge(sumsOf('a;dur=1', 'a;dur=3, b;dur=1'))
    sums.merge(sumsOf('b;dur=2'))
    expect(sums.sums()).toEqual({ a: { totalMs: 4, count: 2 }, b: { totalMs: 3, count: 2 } })
  })

  test('of names that are new each time are bounded', () => {
    const headers = Array.from({ length: 1000 }, (_, index) => `r${index};dur=1`)
    expect(Object.keys(sumsOf(...headers))).toHaveLength(64)
  })

  test('may be any text', () => {
    fc.assert(fc.property(fc.string(), (header) => void sumsOf(header)))
  })
})
