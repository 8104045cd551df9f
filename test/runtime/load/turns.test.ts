import { expect, test } from 'vitest'
import { Turns } from '../../../src/runtime/load/turns.ts'

test('one goes at a time, in the order in which they asked, also past those who gave up waiting', async () => {
  const turns = new Turns()
  const told: string[] = []
  const go = async (name: string, givesUp = false): Promise<void> => {
    const turn = turns.ask()
    if (givesUp) return turn.end()
    await turn.begun
    told.push(`${name} begins`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    told.push(`${name} ends`)
    turn.end()
  }
  await Promise.all([go('a'), go('b'), go('c', true), go('d')])
  await go('e')
  expect(told).toEqual(['a', 'b', 'd', 'e'].flatMap((name) => [`${name} begins`, `${name} ends`]))
})
