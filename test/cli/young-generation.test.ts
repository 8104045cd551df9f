import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('./fakes/busy-heap.ts', import.meta.url))

async function peakMegabytes(...args: string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args])
  return Number(stdout)
}

test('the young generation of a busy process is kept small, which by itself it does not stay', async () => {
  const [bounded, free] = await Promise.all([peakMegabytes('bounded'), peakMegabytes()])
  expect(bounded).toBeGreaterThan(0)
  // It may double once more between two looks.
  expect(bounded).toBeLessThan(64)
  expect(free).toBeGreaterThanOrEqual(64)
})
