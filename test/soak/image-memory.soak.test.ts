import { cpSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { measuredRun } from '../../benchmarks/lib/measured-run.ts'
import { buildPrograms } from '../e2e/support/containers/built-image.ts'
import { FROM_SOURCES, ROOT } from '../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const LARGE_BYTES = 5 * 1024 ** 3
const MOST_BYTES = 200e6

beforeAll(buildPrograms)

test('the image of a model with 5 GB of weights takes no more memory than any', async () => {
  const folder = temporaryFolder()
  const model = join(folder, 'model')
  cpSync(join(ROOT, 'models/iris/2'), model, { recursive: true })
  // Sparse: it takes no room.
  writeFileSync(join(model, 'weights.bin'), '')
  truncateSync(join(model, 'weights.bin'), LARGE_BYTES)
  const args = ['build-image', '-m', model, '-o', '-', '--no-trial', '--cache-dir', join(folder, 'cache')]
  const line = [...FROM_SOURCES, ...args].map((word) => `'${word}'`).join(' ')
  // The archive goes through a pipe, as to `docker load`; the shell and wc are counted as well.
  const script = `${line} | wc -c`
  const { output, peakBytes } = await measuredRun({ name: 'build-image', command: ['sh', '-c', script] })
  expect(Number(output)).toBeGreaterThan(LARGE_BYTES)
  expect(peakBytes).toBeLessThan(MOST_BYTES)
}, 600_000)
