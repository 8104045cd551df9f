import { describe, expect, test } from 'vitest'
import { terminalReport } from '../../../src/bench/report/terminal-report.ts'
import { comparedReport, hostileReport, lookReport, maxReport } from '../support/sample-reports.ts'

const PLAIN = { colors: false } as const

describe('the report in a terminal', () => {
  test('has a line for each load, the one that was asked for last', async () => {
    const lines = terminalReport(await lookReport(), PLAIN).split('\n')
    const head = lines.findIndex((line) => line.startsWith('load'))
    expect(lines[head]).toMatch(/^load +rate +p50 +p90 +p99 +p99\.9 +max +errors +CPU +CPU\/request +memory$/)
    expect(lines[head + 1]).toMatch(/^1 connection +\d+\/s/)
    expect(lines[head + 3]).toMatch(/^300\/s poisson +30\d\/s +[\d.]+ ms/)
    const ends = lines.slice(head, head + 4).map((line) => line.length)
    expect(new Set(ends).size).toBe(1)
  })

  test('shows where the time went, and what was asserted', async () => {
    const text = terminalReport(await lookReport(), PLAIN)
    expect(text).toMatch(/inference +1\.6 ms █+\n/)
    expect(text).toContain('kept   p99<200ms: p99 is ')
    expect(text).toMatch(/broken rate>=450: rate is 30\d a second/)
    expect(text).toContain('4 cores of AMD EPYC')
  })

  test('of several begins with warnings and ends with a verdict', async () => {
    const text = terminalReport(await comparedReport(), PLAIN)
    expect(text).toMatch(/^Warning: mlflow: 2\.\d+ % of the requests had no right answer \(\d+ x 503\)/)
    expect(text).toMatch(
      /300\/s poisson: headrace is [\d.]+x faster than mlflow by median latency, 95 % interval/,
    )
  })

  test('tells the largest rate', async () => {
    expect(terminalReport(await maxReport(), PLAIN)).toMatch(/\d+ requests a second have 99 % within 40 ms/)
  })

  test('obeys no control characters of servers', async () => {
    const text = terminalReport(await hostileReport(), PLAIN)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
    expect(text).toMatch(/^Warning: It was stopped before all was measured\.\nWarning: This run is invalid/)
  })

  test('has colours where they are wanted', async () => {
    expect(terminalReport(await lookReport(), { colors: true })).toContain('\u001b[31mbroken\u001b[39m')
  })
})
