import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reportPage } from '../../src/rollout/report/report-page.ts'
import { SAMPLE_VIEWS } from '../rollout/report/sample-views.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-sync',
]

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
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
})

afterAll(async () => {
  await browser.close()
  server.close()
})

interface Opened {
  readonly page: Page
  /** Errors on the page and in its console. */
  readonly problems: string[]
  /** Paths that were asked for. */
  readonly requests: string[]
}

async function open(name: string, width: number): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 900 } })
  const problems: string[] = []
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url().replace(url, '')))
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })
  await page.goto(`${url}/rollouts/${name}/report`, { waitUntil: 'networkidle' })
  return { page, problems, requests: requests.filter((path) => path !== '/favicon.ico') }
}

/** Runs in the browser: what is wider than the window, but for what pictures cut off and screens do not show. */
const WIDER_THAN_WINDOW = `[...document.querySelectorAll('body *')]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  .filter((element) => element.closest('svg svg, thead') === null)
  .map((element) => element.outerHTML.slice(0, 100))`

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
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400)
    expect(await page.evaluate<string[]>(WIDER_THAN_WINDOW)).toEqual([])
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
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const light = await background()
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await background()).not.toBe(light)
    await page.close()
  })
})
