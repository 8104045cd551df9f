import { describe, expect, test } from 'vitest'
import { contestantName, select } from '../../../benchmarks/contest/contestant.ts'
import type { Peer } from '../../../benchmarks/contest/peer.ts'

function peer(name: string, kind: Peer['kind'], configs: Peer['configs'], missing?: string): Peer {
  return {
    ...{ name, title: name, kind, configs },
    dialect: () => 'plain',
    missing: () => missing,
    launch: () => ({ command: [name], path: '/' }),
    versions: () => ({}),
  }
}

const DEFAULT = { name: 'default', about: 'as it is' }
const TUNED = { name: 'tuned', about: 'for the machine' }
const ONE = { name: 'one', about: 'on one CPU', hasOneCpu: true } as const
const QUICKER = { name: 'quicker', about: 'with more installed', isFastest: true } as const

const PEERS = [
  peer('swift', 'server', [DEFAULT, TUNED, ONE]),
  peer('slow', 'server', [DEFAULT, TUNED, QUICKER]),
  peer('single', 'server', [DEFAULT]),
  peer('gone', 'server', [DEFAULT, TUNED], 'not installed'),
  peer('echo', 'reference', [DEFAULT, ONE]),
]

function names(wanted: Parameters<typeof select>[1]) {
  const { contestants, absent } = select(PEERS, wanted, 'json')
  return [...contestants.map(contestantName), ...absent.map(({ peer, config }) => `${peer}:${config} absent`)]
}

describe('who takes part', () => {
  test('is everyone where nothing is said', () => {
    expect(names({})).toHaveLength(PEERS.flatMap(({ configs }) => configs).length)
  })

  test('with the tuned ones: what is fastest by another name, what has one configuration, and references', () => {
    expect(names({ configs: ['tuned'] })).toEqual([
      ...['swift:tuned', 'slow:tuned', 'slow:quicker', 'single:default', 'echo:default', 'echo:one'],
      'gone:tuned absent',
    ])
  })

  test('of some peers, only such configurations', () => {
    expect(names({ peers: ['swift', 'slow:default'], configs: ['one'] })).toEqual(['swift:one'])
    expect(names({ peers: ['swift', 'slow:quicker'] })).toEqual([
      ...['swift:default', 'swift:tuned', 'swift:one', 'slow:quicker'],
    ])
  })

  test.each([
    [{ peers: ['swift:quicker'] }, 'There is no peer swift:quicker. There are swift:default, '],
    [{ configs: ['tunde'] }, 'There is no configuration tunde. There are default, tuned, one, quicker.'],
  ])('refuses %j', (wanted, message) => {
    expect(() => names(wanted)).toThrow(message)
  })
})
