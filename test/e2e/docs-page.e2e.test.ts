import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser, watchedPage } from './support/browser.ts'
import { HeadraceProcess, ROOT } from './support/headrace-process.ts'

let server: HeadraceProcess
let url = ''

beforeAll(async () => {
  server = new HeadraceProcess({ args: ['serve', '-m', `${ROOT}models/iris/2`, '--port', '0'] })
  url = await server.listening()
})

afterAll(async () => {
  await server.stop()
})

describe('the page at /docs', () => {
  test('shows the served model in a real browser and asks no other host for anything', async () => {
    const browser = await launchBrowser()
    try {
      const { page, problems, requests } = await watchedPage(browser, 1200)
      await page.goto(`${url}/docs`, { waitUntil: 'networkidle' })
      expect(await page.getByText('/invocations').first().isVisible()).toBe(true)
      expect(await page.getByText('iris').first().isVisible()).toBe(true)
      expect(problems).toEqual([])
      expect([...new Set(requests.map((asked) => new URL(asked).host))]).toEqual([new URL(url).host])
    } finally {
      await browser.close()
    }
  })
})
