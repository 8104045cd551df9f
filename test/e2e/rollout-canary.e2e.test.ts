import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { ROOT, run } from './support/headrace-process.ts'
import { RolloutServer, variantOf } from './support/rollout-server.ts'

const ONE = join(ROOT, 'models/iris/1')
const TWO = join(ROOT, 'models/iris/2')
const BODY = readFileSync(join(ONE, 'serving_input_example.json'), 'utf8')
const PATH = '/models/growing/invocations'
const MOST_USERS = 5000
/** Few at a time, so that each step is seen. */
const AT_ONCE = 6

const MODELS_FILE = `
models:
  - {name: a, uri: ${ONE}}
  - {name: b, uri: ${TWO}}
  - {name: c, uri: ${ONE}}
  - {name: d, uri: ${TWO}}
rollouts:
  - name: growing
    variants: {a: 100, b: 0}
    canary: {variant: b, steps: [5, 25, 50], min-keys: 10, min-minutes: 0}
    guards: off
  - name: halves
    variants: {c: 50, d: 50}
`

test('a canary of the models file goes from step to step and is promoted, and another rollout does not notice', async () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'models.yaml'), MODELS_FILE)
  const server = await RolloutServer.start(['--models-file', 'models.yaml', '--listeners', '1'], { cwd })
  onTestFinished(() => server.kill())
  const other = await server.show('halves')
  const first = await server.show('growing')
  expect(first.variants.map(({ permille }) => permille)).toEqual([950, 50])

  const shares = new Set<number>()
  for (let users = 0; (await server.show('growing')).phase === 'running'; users += AT_ONCE) {
    expect(users).toBeLessThan(MOST_USERS)
    const keys = Array.from({ length: AT_ONCE }, (_, i) => `user ${users + i}`)
    const answers = await Promise.all(keys.map((key) => server.score(BODY, key, PATH)))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    // Who had the canary in its first step has it in all others.
    for (const [i, { variant }] of answers.entries()) {
      if (variantOf(first, keys[i] ?? '') === 'b') expect(variant).toBe('b')
    }
    shares.add((await server.show('growing')).variants[1]?.permille ?? 0)
    await delay(60)
  }
  expect([...shares].slice(0, 3)).toEqual([50, 250, 500])
  expect(await server.show('growing')).toMatchObject({
    phase: 'promoted',
    variants: [{ permille: 0 }, { permille: 1000 }],
  })
  expect(await server.score(BODY, 'anybody', PATH)).toMatchObject({ status: 200, variant: 'b' })

  const { assignment, phase } = await server.show('halves')
  expect({ assignment, phase }).toEqual({ assignment: other.assignment, phase: 'running' })
  const { stdout } = await run({ args: ['rollout', 'list', server.url] })
  expect(stdout).toMatch(/growing +promoted(.|\n)*halves +running/)
})
