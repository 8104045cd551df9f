import { execFileSync } from 'node:child_process'
import { cpSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { measuredRun } from '../../benchmarks/lib/measured-run.ts'
import { ROOT } from '../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const LARGE_BYTES = 5 * 1024 ** 3
const MOST_BYTES = 200e6

// From what users run: types that are stripped as they are read take memory of their own.
beforeAll(() => {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] })
})

test('the image of a model with 5 GB of weights takes no more memory than any', async () => {
  const folder = temporaryFolder()
  const model = join(folder, 'model')
  cpSync(join(ROOT, 'models/iris/2'), model, { recursive: true })
  // Sparse: it takes no room.
  writeFileSync(join(model, 'weights.bin'), '')
  truncateSync(join(model, 'weights.bin'), LARGE_BYTES)
  const args = ['build-image', '-m', model, '-o', '-', '--no-trial', '--cache-dir', join(folder, 'cache')]
  const line = [process.execPath, join(ROOT, 'dist/main.js'), ...args].map((word) => `'${word}'`).join(' ')
  const command = ['sh', '-c', `exec ${line} > /dev/null`]
  const { peakBytes } = await measuredRun({ name: 'build-image', command })
  expect(peakBytes).toBeLessThan(MOST_BYTES)
}, 600_000)
