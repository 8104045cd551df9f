import { describe, expect, test } from 'vitest'
import { addedTo, whyNotAdded } from '../../../benchmarks/contest/added-result.ts'
import { contestant, openLoad, scenario } from '../report/support/made-results.ts'

const LARGEST = { bound: 'server', steps: [] } as const

describe('rounds that are added to those that are kept', () => {
  const kept = scenario({
    contestants: [
      { ...contestant('headrace', 'tuned', [100, 110]), largestRate: { perSecond: 90, ...LARGEST } },
      contestant('mosec', 'default', [50, 51]),
    ],
  })
  const part = scenario({
    date: '2026-11-22T09:30:00.000Z',
    versions: { mlflow: '3.17.2', furnace: '0.14.0' },
    contestants: [
      {
        ...contestant('headrace', 'tuned', [120]),
        ...{ largestRate: { perSecond: 80, ...LARGEST }, halfLoads: [openLoad(40, 900, true)] },
      },
      contestant('furnace', 'tuned', [99]),
      contestant('mlserver', 'tuned', [9]),
    ],
    absent: [{ peer: 'mosec', config: 'tuned', title: 'mosec', reason: 'ended: exit code 1' }],
  })
  const added = addedTo(kept, part)

  test('stand after them', () => {
    const rates = added.contestants.map(({ peer, rounds }) => [
      peer,
      ...rounds.map(({ loads }) => loads.at(-1)!.requestsPerSecond),
    ])
    expect(rates).toEqual([
      ['headrace', 100, 110, 120],
      ['mosec', 50, 51],
      ['furnace', 99],
      ['mlserver', 9],
    ])
    expect(added).toMatchObject({ date: part.date, settings: { rounds: 3 } })
    expect(added.versions).toEqual({ ...kept.versions, furnace: '0.14.0' })
  })

  test('with the larger of the largest rates, and all loads at half of it', () => {
    expect(added.contestants[0]).toMatchObject({ largestRate: { perSecond: 90 }, halfLoads: [{ rate: 40 }] })
  })

  test('leave those absent who took no part in either', () => {
    const absent = added.absent.map(({ peer, config }) => `${peer}:${config}`)
    expect(absent).toEqual(['pytriton:default', 'pytriton:tuned', 'mosec:tuned'])
  })
})

describe('whether rounds may be added', () => {
  const kept = scenario()

  test.each([
    ['the same', {}],
    ['another number of rounds', { settings: { ...kept.settings, rounds: 1 } }],
    ['peers that were not there before', { versions: { ...kept.versions, furnace: '0.14.0' } }],
    ['fewer peers', { versions: {} }],
    ['another hour', { date: '2026-11-22T23:59:59.000Z' }],
  ])('%s: yes', (_, change) => {
    expect(whyNotAdded(kept, scenario(change))).toBeUndefined()
  })

  test.each([
    [{ date: '2026-11-23T00:00:00.000Z' }, 'day 2026-11-22 is kept, 2026-11-23 would be added'],
    [{ versions: { mlflow: '3.18.0' } }, 'mlflow 3.17.2 is kept, 3.18.0 would be added'],
    [{ machine: { line: 'another', cores: 8 } }, 'machine 4 cores of a processor'],
    [{ settings: { ...kept.settings, warmSeconds: 5 } }, 'warmSeconds 1 is kept, 5 would be added'],
    [{ settings: { ...kept.settings, closedLoop: [] } }, 'closedLoop [{"connections":1,'],
    [{ settings: { ...kept.settings, quick: true } }, 'quick false is kept, true would be added'],
  ])('no, and says what differs: %#', (change, reason) => {
    expect(whyNotAdded(kept, scenario(change))).toContain(reason)
  })
})
