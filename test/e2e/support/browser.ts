import { type Browser, chromium, type Page } from 'playwright-core'

/** Debian's Chromium, which by itself asks nobody for anything. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-sync',
    ],
  })
}

export interface WatchedPage {
  readonly page: Page
  /** Errors and warnings on the page and in its console. */
  readonly problems: string[]
  /** URLs that were asked for. */
  readonly requests: string[]
}

/** A page whose window is `width` pixels wide, before it shows anything. */
export async function watchedPage(browser: Browser, width: number): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width, height: 900 } })
  const problems: string[] = []
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })
  return { page, problems, requests }
}

/** How wide the document is, and what of it is wider than the window, but for what pictures cut off and screens do not show. */
export async function widthOf(page: Page): Promise<{ document: number; tooWide: readonly string[] }> {
  return {
    document: await page.evaluate<number>('document.documentElement.scrollWidth'),
    tooWide: await page.evaluate<string[]>(`[...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .filter((element) => element.closest('svg svg, thead') === null)
      .map((element) => element.outerHTML.slice(0, 100))`),
  }
}

/** The background's color for readers who like light and dark. */
export async function backgroundsOf(page: Page): Promise<{ light: string; dark: string }> {
  const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await background()
  await page.emulateMedia({ colorScheme: 'dark' })
  return { light, dark: await background() }
}
