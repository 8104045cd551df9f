import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { CHALLENGERS, type ChallengerName, writeModel } from './support/challengers.ts'
import { RolloutServer, variantOf } from './support/rollout-server.ts'

const running: RolloutServer[] = []

afterEach(async () => {
  for (const server of running.splice(0)) await server.kill()
})

/** With a negative number, which challengers mind. */
const BODY = '{"inputs": {"x": [[-0.5, 1.5, 2.5, 3.5]]}}'

const PLACES = [
  ['alone', ['--listeners', '1']],
  ['in two listeners', ['--listeners', '2']],
  ['in two processes', ['--processes', '2']],
] as const

const BAD = [
  ['failing', /^variant b: \d+ of \d+ requests failed/],
  ['withNaN', /^variant b: \d+ of \d+ answers had faults/],
  ['slow', /^variant b: \d+ of \d+ answers took over \d+/],
] as const

describe.each(PLACES)('a challenger %s', (_, args) => {
  test.each(BAD)(
    'that is bad (%s) is rolled back, and the keys of the champion do not feel it',
    async (bad, cause) => {
      const { server, champion } = await served(bad, args)
      const before = await server.show('trial')
      let ofChallenger = 0
      let asked = 0
      while ((await server.show('trial')).phase === 'running') {
        expect(ofChallenger).toBeLessThan(120)
        const keys = Array.from({ length: 12 }, (__, i) => `user ${asked + i}`)
        asked += keys.length
        const answers = await Promise.all(keys.map((key) => server.score(BODY, key)))
        for (const [i, answer] of answers.entries()) {
          if (answer.variant === 'b') ofChallenger += 1
          if (variantOf(before, keys[i] ?? '') === 'a') {
            expect(answer).toMatchObject({ status: 200, variant: 'a', text: champion })
          }
        }
        // Slowness is judged by the control's answers of before.
        if (bad === 'slow') await delay(20)
      }
      const view = await server.show('trial')
      expect(view).toMatchObject({ phase: 'rolled-back', variants: [{ permille: 1000 }, { permille: 0 }] })
      expect(view.cause).toMatch(cause)
      // Members hear of it a moment later.
      await vi.waitFor(async () => {
        const after = await Promise.all(
          Array.from({ length: 20 }, (__, i) => server.score(BODY, `user ${i}`)),
        )
        for (const answer of after)
          expect(answer).toMatchObject({ status: 200, variant: 'a', text: champion })
      }, 10_000)
    },
  )
})

async function served(bad: ChallengerName, args: readonly string[]) {
  const folder = temporaryFolder()
  const a = await writeModel(folder, 'champion')
  const b = await writeModel(folder, 'challenger', CHALLENGERS[bad])
  const models = ['-m', `a=${a}`, '-m', `b=${b}`, '--split', 'a=50,b=50', '--rollout', 'trial']
  const server = await RolloutServer.start([...models, ...args], { cwd: folder })
  running.push(server)
  const { text: champion } = await server.score(BODY, undefined, '/models/a/invocations')
  return { server, champion }
}
