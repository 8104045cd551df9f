import { expect, test } from 'vitest'
import { faultsOf, generatorFaults } from '../../../src/bench/generator/faults.ts'
import { settlePlan } from '../../../src/bench/generator/load-plan.ts'
import { Tally } from '../../../src/bench/generator/tally.ts'
import { Latencies } from '../../../src/bench/latencies.ts'

const PLAN = settlePlan({
  origin: 'http://127.0.0.1:1',
  requests: [{ name: 'get', path: '/' }],
  ratePerSecond: 100,
  durationMs: 1000,
})
const none = (await Latencies.open()).summary()
const FIGURES = { lagMs: none, busyShare: 0.2, starvedShare: 0.01, waited: 0, threads: 1 }
const OUTCOME = { ...(await Tally.open(1000)).outcome(), offered: 1000 }

test('a load that was sent in time has no faults', () => {
  expect(faultsOf(PLAN, OUTCOME, FIGURES)).toEqual([])
})

test('requests that found all connections taken are no fault of the generator', () => {
  const figures = { ...FIGURES, waited: 400 }
  expect(faultsOf(PLAN, OUTCOME, figures)[0]).toMatch(
    /^400 of 1000 requests found all 1024 connections taken/,
  )
  expect(generatorFaults(PLAN, figures)).toEqual([])
})

test.each([
  ['sends late', { lagMs: { ...none, p99: 7.5 } }, /^One request in a hundred was sent 7\.5 ms or more/],
  ['waits for a processor', { starvedShare: 0.3 }, /^A thread of the generator waited .* 30 %/],
  ['has no time left', { busyShare: 0.97 }, /^A thread of the generator worked 97 %/],
])('a generator that %s was the limit', (_, changed, fault) => {
  const figures = { ...FIGURES, ...changed }
  expect(generatorFaults(PLAN, figures)).toEqual([expect.stringMatching(fault)])
  expect(faultsOf(PLAN, OUTCOME, figures)).toEqual(generatorFaults(PLAN, figures))
})

test('a load in which nothing arrived has that fault alone', () => {
  expect(faultsOf(PLAN, { ...OUTCOME, offered: 0 }, FIGURES)).toEqual([
    'No request arrived in the measured time',
  ])
})
