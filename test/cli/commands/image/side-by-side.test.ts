import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { sideBySide } from '../../../../src/cli/commands/image/side-by-side.ts'

const { signal } = new AbortController()

test('each gives its result', async () => {
  const [one, two] = await sideBySide(signal, () => [wait(2, 'one'), Promise.resolve(2)])
  expect([one, two]).toEqual(['one', 2])
})

test('where one fails, the others have ended when that is known', async () => {
  let hasEnded = false
  const running = sideBySide(signal, (either) => [
    Promise.reject(new Error('broken')),
    wait(60_000, undefined, { signal: either }).finally(() => {
      hasEnded = true
    }),
  ])
  await expect(running).rejects.toThrow('broken')
  expect(hasEnded).toBe(true)
})

test('an abort from outside reaches all of them', async () => {
  const controller = new AbortController()
  const running = sideBySide(controller.signal, (either) => [
    wait(60_000, undefined, { signal: either }),
    wait(60_000, undefined, { signal: either }),
  ])
  controller.abort()
  await expect(running).rejects.toThrow('aborted')
})
