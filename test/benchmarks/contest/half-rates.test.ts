import { expect, test } from 'vitest'
import { halfRates, type Rated } from '../../../benchmarks/contest/half-loads.ts'

function rated(name: string, perSecond: number | undefined): Rated {
  const [peer = '', config = ''] = name.split(':')
  if (perSecond === undefined) return { peer, config }
  return { peer, config, largestRate: { perSecond, bound: 'server', steps: [] } }
}

const OURS = rated('headrace:tuned', 81_001)
const NATIVE = rated('furnace:tuned', 60_000)
const OTHER = rated('mosec:tuned', 30_000)
const ALL = [OURS, NATIVE, OTHER, rated('node-echo:default', undefined)]

test('Those that are compared are loaded with half of what each of them can do', () => {
  expect(halfRates(OURS, ALL)).toEqual([40_501, 30_000])
  expect(halfRates(NATIVE, ALL)).toEqual([30_000, 40_501])
})

test('Others are loaded with half of what they can do themselves', () => {
  expect(halfRates(OTHER, ALL)).toEqual([15_000])
})

test('A rate that two have is asked for once', () => {
  expect(halfRates(OURS, [OURS, rated('furnace:tuned', 81_001)])).toEqual([40_501])
})

test.each([undefined, 0, 1])(
  'Nobody is loaded who can do nothing, or whose largest rate is not known: %s',
  (rate) => {
    expect(halfRates(rated('headrace:tuned', rate), ALL)).toEqual([])
  },
)
