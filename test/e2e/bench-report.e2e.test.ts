import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reportPage } from '../../src/bench/report/report-page.ts'
import { SAMPLE_REPORTS } from '../bench/support/sample-reports.ts'
import { backgroundsOf, launchBrowser, type WatchedPage, watchedPage, widthOf } from './support/browser.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
})

async function open(name: string, width: number): Promise<WatchedPage> {
  const watched = await watchedPage(browser, width)
  await watched.page.setContent(reportPage(await SAMPLE_REPORTS[name]!()), { waitUntil: 'networkidle' })
  return watched
}

describe('the page about a load in a real browser', () => {
  test.each(Object.keys(SAMPLE_REPORTS))(
    'shows itself without an error and asks for nothing: %s',
    async (name) => {
      const { page, problems, requests } = await open(name, 1200)
      expect(problems).toEqual([])
      expect(requests).toEqual([])
      expect(await page.title()).toMatch(/^Load on /)
      await page.close()
    },
  )

  test.each(Object.keys(SAMPLE_REPORTS))('is as wide as a window of 400 pixels: %s', async (name) => {
    const { page } = await open(name, 400)
    expect(await widthOf(page)).toEqual({ document: 400, tooWide: [] })
    await page.close()
  })

  test('has pictures with their size and words, and labels within them', async () => {
    const { page } = await open('max', 1200)
    const charts = page.locator('svg.chart')
    expect(await charts.count()).toBe(6)
    for (const chart of await charts.all()) {
      expect((await chart.getAttribute('aria-label'))?.length).toBeGreaterThan(20)
      expect((await chart.boundingBox())?.width).toBeGreaterThan(300)
    }
    const outside = await page.evaluate<string[]>(`[...document.querySelectorAll('svg.chart text')]
      .filter((text) => text.getBoundingClientRect().left < text.closest('svg.chart').getBoundingClientRect().left - 1)
      .map((text) => text.textContent)`)
    expect(outside).toEqual([])
    await page.close()
  })

  test('is light or dark as its reader wants', async () => {
    const { page } = await open('look', 1200)
    const { light, dark } = await backgroundsOf(page)
    expect(dark).not.toBe(light)
    await page.close()
  })
})
