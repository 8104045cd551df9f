import { describe, expect, test } from 'vitest'
import type { Progress } from '../../../../src/bench/measurement.ts'
import { LoadLine } from '../../../../src/cli/commands/bench/load-line.ts'

const PROGRESS: Progress = {
  ...{ elapsedMs: 3200, totalMs: 5000, ratePerSecond: 12_345, p50Ms: 0.61, p99Ms: 12.3, failed: 0 },
}
const LONG = 'model-of-a-team: 32 connections, each asks as soon as it was answered'

/** What a terminal of so many columns is sent; of a file with undefined. */
function written(columns: number | undefined, act: (line: LoadLine) => void): string {
  let all = ''
  const write = (text: string) => {
    all += text
  }
  act(new LoadLine({ isTTY: columns !== undefined, columns: columns ?? 0, write }))
  return all
}

describe('the line of a load under way', () => {
  test('shows all its figures on a terminal of 80 columns, and of the title what has room', () => {
    const text = written(80, (line) => {
      line.load(LONG)
      line.update(PROGRESS)
    })
    const last = text.split('\r\u001b[K').at(-1)!
    expect(last.length).toBeLessThan(80)
    expect(last).toMatch(
      /^model-of-a-team.*… {2}.*3\/5 s {2}12345\/s {2}p50 0\.61 ms {2}p99 12\.30 ms {2}no failures$/,
    )
  })

  test('takes a terminal that knows no size of its own for one of 80 columns', () => {
    const text = written(0, (line) => line.load(LONG))
    expect(text).toContain(LONG)
  })

  test('shows the whole title where there is room', () => {
    const text = written(200, (line) => {
      line.load(LONG)
      line.update(PROGRESS)
    })
    expect(text).toContain(`${LONG}  `)
  })

  test('says each load once to who reads a file', () => {
    const text = written(undefined, (line) => {
      line.load(LONG)
      line.update(PROGRESS)
      line.clear()
    })
    expect(text).toBe(`${LONG}\n`)
  })
})
