import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reportPage } from '../../src/rollout/report/report-page.ts'
import { SAMPLE_VIEWS } from '../rollout/report/sample-views.ts'
import { backgroundsOf, launchBrowser, type WatchedPage, watchedPage, widthOf } from './support/browser.ts'

/** As the server sends the report. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

let browser: Browser
let url = ''

const server = createServer((request, response) => {
  const view = SAMPLE_VIEWS[request.url?.split('/')[2] ?? '']
  response.writeHead(view === undefined ? 404 : 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
  })
  response.end(view === undefined ? '' : reportPage(view()))
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  server.close()
})

/** Requests are told by their paths, but for the icon that browsers ask for. */
async function open(name: string, width: number): Promise<WatchedPage> {
  const { page, problems, requests } = await watchedPage(browser, width)
  await page.goto(`${url}/rollouts/${name}/report`, { waitUntil: 'networkidle' })
  const paths = requests.map((asked) => asked.replace(url, '')).filter((path) => path !== '/favicon.ico')
  return { page, problems, requests: paths }
}

describe('the report of a rollout in a real browser', () => {
  test.each(Object.keys(SAMPLE_VIEWS))(
    'shows itself without an error and asks for nothing else: %s',
    async (name) => {
      const { page, problems, requests } = await open(name, 1200)
      expect(problems).toEqual([])
      expect(requests).toEqual([`/rollouts/${name}/report`])
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(
        SAMPLE_VIEWS[name]!().name,
      )
      expect(await page.title()).toBe(`Rollout ${SAMPLE_VIEWS[name]!().name}`)
      await page.close()
    },
  )

  test.each(Object.keys(SAMPLE_VIEWS))('is as wide as a window of 400 pixels: %s', async (name) => {
    const { page } = await open(name, 400)
    expect(await widthOf(page)).toEqual({ document: 400, tooWide: [] })
    await page.close()
  })

  test('has its style, and pictures with their size and words', async () => {
    const { page } = await open('winner', 1200)
    const charts = page.locator('svg[role=img]')
    expect(await charts.count()).toBe(6)
    for (const chart of await charts.all()) {
      expect((await chart.getAttribute('aria-label'))?.length).toBeGreaterThan(20)
      const box = await chart.boundingBox()
      expect(box?.width).toBeGreaterThan(300)
      expect(box?.height).toBeGreaterThan(20)
    }
    const fill = await page.evaluate<string>(`getComputedStyle(document.querySelector('.band')).fill`)
    expect(fill).toBe('rgb(37, 99, 235)')
    await page.close()
  })

  test('is a table to those who hear it, on a narrow screen too', async () => {
    const { page } = await open('winner', 400)
    expect(await page.getByRole('row', { name: 'challenger' }).first().isVisible()).toBe(true)
    expect(await page.getByRole('columnheader', { name: 'Requests' }).count()).toBe(1)
    await page.close()
  })

  test('links to the same as JSON', async () => {
    const { page } = await open('winner', 1200)
    const links = await page.evaluate<string[]>('[...document.links].map(({ pathname }) => pathname)')
    expect(links).toEqual(['/rollouts/iris', '/rollouts'])
    await page.close()
  })

  test('is light or dark as its reader wants', async () => {
    const { page } = await open('winner', 1200)
    const { light, dark } = await backgroundsOf(page)
    expect(dark).not.toBe(light)
    await page.close()
  })
})
