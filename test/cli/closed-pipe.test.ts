import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

test.each(['', '--json'])('models show %s ends quietly where nobody reads on', (flag) => {
  const { stderr } = spawnSync(
    'sh',
    ['-c', `"$0" src/cli/main.ts models show models/iris/2 ${flag} | true`, process.execPath],
    { cwd: ROOT, encoding: 'utf8' },
  )
  expect(stderr).toBe('')
})
