import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ReplyBurst } from '../../src/server/reply-burst.ts'

test('writes what became ready in one turn at its end, in order', async () => {
  const written: number[] = []
  const burst = new ReplyBurst(() => {})
  for (const n of [1, 2, 3]) burst.add({ write: () => written.push(n) })
  expect(written).toEqual([])
  await setImmediate()
  expect(written).toEqual([1, 2, 3])
  burst.add({ write: () => written.push(4) })
  await setImmediate()
  expect(written).toEqual([1, 2, 3, 4])
})

test('lets promises go on in the midst of a long burst', async () => {
  const events: string[] = []
  const burst = new ReplyBurst(() => void Promise.resolve().then(() => events.push('promise')))
  for (let n = 0; n < 40; n++) burst.add({ write: () => events.push('reply') })
  await setImmediate()
  expect(events.filter((event) => event === 'reply')).toHaveLength(40)
  expect(events.indexOf('promise')).toBeGreaterThan(0)
  expect(events.lastIndexOf('promise')).toBeLessThan(events.lastIndexOf('reply'))
})

test('one reply that asks for another writes it with the next burst', async () => {
  const written: string[] = []
  const burst = new ReplyBurst(() => {})
  burst.add({
    write: () => {
      written.push('first')
      burst.add({ write: () => written.push('second') })
    },
  })
  await setImmediate()
  await setImmediate()
  expect(written).toEqual(['first', 'second'])
})
