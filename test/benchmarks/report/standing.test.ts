import { describe, expect, it } from 'vitest'
import { bestOfEach, busiest, standings } from '../../../benchmarks/report/standing.ts'
import { contestant, load, round, scenario } from './support/made-results.ts'

function only(rounds: Parameters<typeof round>[0]) {
  const one = { ...contestant('mosec', 'default', []), rounds: rounds.map((each) => round([each])) }
  return standings({ contestants: [one] })[0]!
}

describe('the standing of a contestant', () => {
  it('is the median of its rounds', () => {
    expect(busiest(only([load(64, 300), load(64, 100), load(64, 200)]))).toMatchObject({
      perSecond: { median: 200, least: 100, most: 300 },
      disturbed: false,
    })
  })

  it('leaves disturbed rounds out where one was undisturbed', () => {
    const figures = busiest(
      only([load(64, 10, { disturbed: true }), load(64, 100), load(64, 20, { disturbed: true })]),
    )
    expect(figures).toMatchObject({ perSecond: { median: 100, least: 100, most: 100 }, disturbed: false })
  })

  it('is marked where all rounds were disturbed', () => {
    const figures = busiest(only([load(64, 10, { disturbed: true }), load(64, 20, { disturbed: true })]))
    expect(figures).toMatchObject({ perSecond: { median: 15 }, disturbed: true })
  })

  it('does not count what could not be measured', () => {
    expect(busiest(only([load(64, 10, { cpuUs: Number.NaN }), load(64, 20, { cpuUs: 7 })]))?.cpuUs).toBe(7)
  })

  it('counts failed requests of all rounds and loads', () => {
    expect(only([load(1, 10, { failed: 2 }), load(64, 10, { failed: 3 })])).toMatchObject({
      failed: 5,
      requests: 80,
    })
  })

  it('puts servers first, then what is none, the fastest first', () => {
    const names = standings(scenario()).map(({ name }) => name)
    expect(names.slice(0, 3)).toEqual(['Headrace, tuned', 'Headrace, default', 'mosec, default'])
    expect(names.slice(-2)).toEqual(['onnxruntime-node loop', 'node:http echo'])
  })

  it('of the configurations of a peer, the fastest is its best', () => {
    const best = bestOfEach(standings(scenario())).map(({ peer, config }) => `${peer}:${config}`)
    expect(best).toContain('headrace:tuned')
    expect(best).toContain('mlflow:default')
    expect(best).not.toContain('mlflow:tuned')
  })
})
