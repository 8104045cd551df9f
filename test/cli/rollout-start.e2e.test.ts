import { createHash, hash } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { OutcomeIds } from '../../src/rollout/outcome-ids.ts'
import { HeadraceProcess, ROOT, run } from '../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const CHAMPION = ['-m', `a=${join(ROOT, 'models/iris/2')}`]
const CHALLENGER = ['-m', `b=${join(ROOT, 'models/iris/1')}`]
const CANCER = ['-m', `b=${join(ROOT, 'models/breast-cancer/1')}`]
const SECRET = 'a secret of all replicas'

const COLUMNS = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
const BODY = JSON.stringify({ dataframe_split: { columns: COLUMNS, data: [[5.1, 3.5, 1.4, 0.2]] } })

const running: HeadraceProcess[] = []

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop()
})

/** A server in a folder of its own, where it keeps all that it keeps. */
function serve(folder: string, ...args: string[]): HeadraceProcess {
  const places = ['--cache-dir', join(folder, 'cache'), '--port', '0']
  const env = { HEADRACE_OUTCOME_KEY: SECRET }
  const server = new HeadraceProcess({ args: ['serve', ...args, ...places], cwd: folder, env })
  running.push(server)
  return server
}

/** As docs/rollouts.md has it, and not as the code does. */
function slotOf(seed: string, key: string): number {
  const n = Number.parseInt(createHash('sha256').update(`${seed}:${key}`).digest('hex').slice(0, 13), 16)
  return Math.floor((n / 2 ** 52) * 1000)
}

async function score(url: string, key: string) {
  const headers = { 'content-type': 'application/json', 'x-user': key }
  const reply = await fetch(`${url}/invocations`, { method: 'POST', headers, body: BODY })
  expect(reply.status).toBe(200)
  await reply.text()
  return {
    variant: reply.headers.get('x-headrace-variant'),
    version: reply.headers.get('x-headrace-model-version'),
    outcomeId: reply.headers.get('x-headrace-outcome-id') ?? '',
  }
}

describe('a start is refused', () => {
  test.each([
    ['alone', ['--split', 'a=90,b=10'], 'variant'],
    ['in listeners', ['--split', 'a=90,b=10', '--listeners', '2'], 'variant'],
    ['in processes', ['--shadow', 'b', '--processes', '2'], 'shadow'],
  ])('%s, where the models take other inputs, with the difference', async (_, flags, part) => {
    const folder = temporaryFolder()
    const args = ['serve', ...CHAMPION, ...CANCER, ...flags, '--port', '0', '--cache-dir', folder]
    const { code, stderr } = await run({ args, cwd: folder })
    expect(code).toBe(1)
    expect(stderr).toContain(
      `headrace: 'b' cannot be a ${part} beside 'a' in the rollout 'default': only 'a' has the input 'sepal length (cm)'\n`,
    )
  })

  test('where the key column is not there', async () => {
    const folder = temporaryFolder()
    const flags = ['--split', 'a=90,b=10', '--rollout-key-column', 'user']
    const args = ['serve', ...CHAMPION, ...CHALLENGER, ...flags, '--port', '0', '--cache-dir', folder]
    const { code, stderr } = await run({ args, cwd: folder })
    expect(code).toBe(1)
    expect(stderr).toContain(
      "headrace: 'a' has no input 'user', which is to be the key of the rollout 'default'\n",
    )
  })

  test('where others may read the key of outcome ids', async () => {
    const folder = temporaryFolder()
    const kept = join(folder, 'mlflow.db.headrace-rollouts')
    mkdirSync(kept)
    writeFileSync(join(kept, 'outcome.key'), `${'ab'.repeat(32)}\n`)
    chmodSync(join(kept, 'outcome.key'), 0o644)
    const args = ['serve', ...CHAMPION, ...CHALLENGER, '--shadow', 'b', '--port', '0', '--cache-dir', folder]
    const { code, stderr } = await run({ args, cwd: folder })
    expect(code).toBe(1)
    expect(stderr).toMatch(/headrace: Others than its owner may use .*outcome\.key \(mode 0644\)/)
  })
})

test('two servers with one rollout of a models file give each key one variant, as documented, and read the same ids', async () => {
  const file = join(temporaryFolder(), 'models.yaml')
  writeFileSync(
    file,
    'rollouts: [{name: flowers, variants: {a: 70.5, b: 29.5}, key: {header: x-user}, guards: off}]\n',
  )
  const args = [...CHAMPION, ...CHALLENGER, '--models-file', file, '--listeners', '1']
  const urls = await Promise.all([1, 2].map(() => serve(temporaryFolder(), ...args).listening()))
  const text = JSON.stringify([
    'flowers',
    [
      ['a', '1'],
      ['b', '1'],
    ],
  ])
  const seed = createHash('sha256').update(text).digest('hex').slice(0, 16)
  const ids = new OutcomeIds(hash('sha256', SECRET, 'buffer'))
  for (const url of urls) {
    for (let i = 0; i < 200; i++) {
      const slot = slotOf(seed, `user ${i}`)
      const { variant, version, outcomeId } = await score(url, `user ${i}`)
      expect({ slot, variant, version }).toEqual({ slot, variant: slot < 705 ? 'a' : 'b', version: '1' })
      expect(ids.read(outcomeId)).toMatchObject({ rolloutId: seed, variant: slot < 705 ? 0 : 1, step: 0 })
    }
  }
})
