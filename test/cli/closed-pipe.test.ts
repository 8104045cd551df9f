import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

test.each(['models show models/iris/2', 'models show models/iris/2 --json', '--help', 'bench --help'])(
  'headrace %s ends quietly where nobody reads on',
  (line) => {
    const { stderr } = spawnSync('sh', ['-c', `"$0" src/cli/main.ts ${line} | true`, process.execPath], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
  },
)
