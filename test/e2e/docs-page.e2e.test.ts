import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HeadraceProcess, ROOT } from './support/headrace-process.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-sync',
]

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
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
    try {
      const page = await browser.newPage()
      const hosts = new Set<string>()
      const problems: string[] = []
      page.on('request', (request) => hosts.add(new URL(request.url()).host))
      page.on('pageerror', (error) => problems.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text())
      })
      await page.goto(`${url}/docs`, { waitUntil: 'networkidle' })
      expect(await page.getByText('/invocations').first().isVisible()).toBe(true)
      expect(await page.getByText('iris').first().isVisible()).toBe(true)
      expect(problems).toEqual([])
      expect([...hosts]).toEqual([new URL(url).host])
    } finally {
      await browser.close()
    }
  })
})
