import { describe, expect, test } from 'vitest'
import { stageRows, stageTitle } from '../../../src/bench/report/stage-bars.ts'
import { timeSpent } from '../../../src/bench/report/time-spent.ts'
import { simulate } from '../support/simulated-server.ts'

async function spent(mean: number, stagesMs: Readonly<Record<string, number>>) {
  const measured = await simulate({ serviceMs: 1 }, 100, 1, 1)
  return timeSpent({ ...measured, stagesMs, latencyMs: { ...measured.latencyMs, mean } })
}

describe('where the time of a load went', () => {
  test('is what the server tells, and what is left of the latency', async () => {
    const time = (await spent(58.7, { parse: 0.1, queue: 2, compute: 5, serialise: 0 }))!
    expect(time).toMatchObject({ meanMs: 58.7, serverMs: 7.1 })
    expect(time.elsewhereMs).toBeCloseTo(51.6, 9)
    expect(time.stages.map(({ name }) => name)).toEqual(['parse', 'queue', 'compute'])
    const rows = stageRows(time)
    expect(rows.map(({ name }) => name.trim())).toEqual(['parse', 'queue', 'compute', 'elsewhere'])
    expect(rows.map(({ bar }) => bar.length)).toEqual([1, 1, 3, 32])
    expect(stageTitle(time).replaceAll('\u00a0', ' ')).toMatch(
      /^58\.7 ms on average, of which the server tells 7\.1 ms; elsewhere is the network/,
    )
  })

  test('has the rest of a total that the server tells', async () => {
    const time = (await spent(10, { db: 2, total: 8 }))!
    expect(time).toMatchObject({ serverMs: 8, elsewhereMs: 2 })
    expect(time.stages).toEqual([
      { name: 'db', milliseconds: 2 },
      { name: 'rest of total', milliseconds: 6 },
    ])
    expect((await spent(10, { total: 8 }))?.stages).toEqual([{ name: 'total', milliseconds: 8 }])
  })

  test('leaves out nothing but claims no rest where stages overlap', async () => {
    const time = (await spent(10, { outer: 9, inner: 8 }))!
    expect(time.elsewhereMs).toBeUndefined()
    expect(stageTitle(time)).toContain('overlap')
  })

  test('is not known of a server that tells nothing', async () => {
    expect(await spent(10, {})).toBeUndefined()
    expect(await spent(10, { queue: 0 })).toBeUndefined()
  })
})
