import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { amount, Progress } from '../../src/cli/progress.ts'
import { createLogger } from '../../src/server/logger.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function progress(enabled: boolean): { readonly shown: Progress; readonly lines: string[] } {
  const lines: string[] = []
  const stream = { write: (line: string) => lines.push(JSON.parse(line).msg) }
  const logger = createLogger({ level: 'info', format: 'json', stream })
  return { shown: new Progress({ title: 'Downloading iris', unit: 'bytes', logger, enabled }), lines }
}

describe('progress where no terminal reads it', () => {
  test('is a line every few seconds', async () => {
    const { shown, lines } = progress(true)
    for (let second = 0; second <= 11; second++) {
      shown.update({ done: second * 1e6, total: 20e6, note: '1 of 2 files' })
      vi.advanceTimersByTime(1000)
    }
    await shown.stop()
    expect(lines).toEqual([
      'Downloading iris: 5.0 MB (25 %), 1 of 2 files',
      'Downloading iris: 10.0 MB (50 %), 1 of 2 files',
    ])
  })

  test('is nothing where it is not wished', () => {
    const { shown, lines } = progress(false)
    vi.advanceTimersByTime(60_000)
    shown.update({ done: 1, total: undefined, note: '' })
    expect(lines).toEqual([])
  })
})

test.each([
  [999, 'bytes', '999 B'],
  [1_500, 'bytes', '1.5 kB'],
  [2_000_000_000_000_000, 'bytes', '2000.0 TB'],
  [1_234_567, 'rows', '1,234,567 rows'],
] as const)('%i %s are %s', (count, unit, text) => {
  expect(amount(count, unit)).toBe(text)
})
