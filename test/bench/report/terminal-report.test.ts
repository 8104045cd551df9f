import { describe, expect, test } from 'vitest'
import { makeReport } from '../../../src/bench/report/make-report.ts'
import { terminalReport } from '../../../src/bench/report/terminal-report.ts'
import {
  comparedReport,
  hostileReport,
  lookReport,
  maxReport,
  SAMPLE_REPORTS,
} from '../support/sample-reports.ts'

const PLAIN = { colors: false } as const

describe('the report in a terminal', () => {
  test('has a line for each load, the one that was asked for last', async () => {
    const lines = terminalReport(await lookReport(), { ...PLAIN, width: 120 }).split('\n')
    const head = lines.findIndex((line) => line.startsWith('load'))
    expect(lines[head]).toMatch(
      /^load +rate\/s +p50 ms +p90 ms +p99 ms +p99\.9 ms +max ms +errors +CPU cores +CPU\/request +memory$/,
    )
    expect(lines[head + 1]).toMatch(/^1 connection +\d+ +[\d.]+ /)
    expect(lines[head + 3]).toMatch(/^300\/s poisson +\d+ +[\d.]+ /)
    const ends = lines.slice(head, head + 4).map((line) => line.length)
    expect(new Set(ends).size).toBe(1)
  })

  test.each(Object.keys(SAMPLE_REPORTS).filter((name) => name !== 'hostile'))(
    'is no wider than a terminal of 80 characters: %s',
    async (name) => {
      const lines = terminalReport(await SAMPLE_REPORTS[name]!(), PLAIN).split('\n')
      expect(lines.filter((line) => line.length > 80)).toEqual([])
    },
  )

  test('names targets of any length over their loads', async () => {
    const report = await comparedReport()
    const name = `http://${'long.'.repeat(20)}example:5000`
    const targets = report.targets.map((each) => ({ ...each, target: { ...each.target, name } }))
    const lines = terminalReport({ ...report, targets }, PLAIN).split('\n')
    const head = lines.findIndex((line) => line.startsWith('load'))
    expect(lines[head + 1]).toBe(name)
    expect(lines[head + 2]).toMatch(/^ {2}1 connection +\d+ /)
    expect(lines[head]!.length).toBeLessThanOrEqual(80)
  })

  test('shows where the time went, and what was asserted', async () => {
    const text = terminalReport(await lookReport(), PLAIN)
    expect(text).toMatch(/inference +1\.6 ms █+\n/)
    expect(text).toContain('kept   p99<200ms: p99 is ')
    expect(text).toMatch(/broken rate>=450: rate is \d+ a second/)
    expect(text).toMatch(/of which the server\s+tells/)
    expect(text).toContain('4 cores of AMD EPYC')
  })

  test('of several begins with warnings and ends with a verdict', async () => {
    const text = terminalReport(await comparedReport(), { ...PLAIN, width: 1000 })
    expect(text).toMatch(/^Warning: mlflow: 2\.\d+ % of the requests had no right answer \(\d+ x 503\)/)
    expect(text).toMatch(
      /300\/s poisson: headrace is [\d.]+x faster than mlflow by median latency, 95 % interval/,
    )
  })

  test('does not call a search that found no rate a load that was not measured', async () => {
    const report = await maxReport()
    const [target] = report.targets
    const none = {
      target: target!.target,
      measurements: [],
      before: [],
      max: { ...target!.max!, ratePerSecond: 0 },
    }
    const { warnings } = await makeReport({ targets: [none], stopped: false, notes: [] }, report)
    expect(warnings).toEqual([])
    const stopped = { ...none, max: undefined }
    expect((await makeReport({ targets: [stopped], stopped: true, notes: [] }, report)).warnings).toEqual([
      'It was stopped before all was measured.',
      'iris: the load that was asked for was not measured.',
    ])
  })

  test('tells the largest rate', async () => {
    expect(terminalReport(await maxReport(), { ...PLAIN, width: 1000 })).toMatch(
      /\d+ requests a second have 99 % within 40 ms/,
    )
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
