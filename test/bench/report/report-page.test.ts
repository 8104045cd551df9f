import { describe, expect, test } from 'vitest'
import { reportPage } from '../../../src/bench/report/report-page.ts'
import {
  comparedReport,
  hostileReport,
  lookReport,
  maxReport,
  SAMPLE_REPORTS,
} from '../support/sample-reports.ts'

/** What a person reads, without the style. */
function textOf(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
}

describe('the page about a load', () => {
  test.each(Object.keys(SAMPLE_REPORTS))('needs no script and nothing from elsewhere: %s', async (name) => {
    const page = reportPage(await SAMPLE_REPORTS[name]!())
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\bon\w+="|url\(|@import|(src|href)=/i)
    expect(page).toMatch(/^<!doctype html>/)
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object|\bnull\b/)
  })

  test('takes what servers say for text', async () => {
    const page = reportPage(await hostileReport())
    expect(page.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(5)
  })

  test('begins with warnings and the verdict', async () => {
    const text = textOf(reportPage(await comparedReport()))
    const places = ['mlflow: 2.', 'headrace is ', 'Latencies', 'Side by side', 'Over time'].map((part) =>
      text.indexOf(part),
    )
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places[0]).toBeGreaterThan(0)
  })

  test('draws latency over rate with every load of a search', async () => {
    const report = await maxReport()
    const page = reportPage(report)
    const tries = report.targets[0]?.max?.tries.length ?? 0
    expect(page.match(/<circle /g)?.length).toBe(2 * tries)
    expect(page).toMatch(
      /aria-label="Latency over requests a second\. The limit of 40.ms is kept up to \d+ requests/,
    )
    expect(textOf(page)).toContain(`All ${tries} loads`)
  })

  test('draws percentiles, and seconds with the cores and memory of the server', async () => {
    const text = textOf(reportPage(await lookReport()))
    for (const part of [
      'Latency by percentile',
      '99.9 %',
      'Cores that the server used',
      'Memory of the server',
      'inference 1.6 ms',
    ])
      expect(text).toContain(part)
  })
})
