import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reportPage } from '../../src/bench/report/report-page.ts'
import { SAMPLE_REPORTS } from '../bench/support/sample-reports.ts'

let browser: Browser

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
})

afterAll(async () => {
  await browser.close()
})

interface Opened {
  readonly page: Page
  /** Errors on the page and in its console. */
  readonly problems: readonly string[]
  readonly requests: readonly string[]
}

async function open(name: string, width: number): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 900 } })
  const problems: string[] = []
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })
  await page.setContent(reportPage(await SAMPLE_REPORTS[name]!()), { waitUntil: 'networkidle' })
  return { page, problems, requests }
}

/** Runs in the browser: what is wider than the window, but for what pictures cut off and screens do not show. */
const WIDER_THAN_WINDOW = `[...document.querySelectorAll('body *')]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  .filter((element) => element.closest('svg svg, thead') === null)
  .map((element) => element.outerHTML.slice(0, 100))`

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
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400)
    expect(await page.evaluate<string[]>(WIDER_THAN_WINDOW)).toEqual([])
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
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const light = await background()
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await background()).not.toBe(light)
    await page.close()
  })
})
