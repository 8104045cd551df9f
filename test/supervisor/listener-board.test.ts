import { describe, expect, test } from 'vitest'
import { ListenerBoard } from '../../src/supervisor/listener-board.ts'
import { SilenceCount } from '../../src/supervisor/listener-watch.ts'

describe('ListenerBoard', () => {
  test('shows those who have joined, to all who have its memory', () => {
    const board = ListenerBoard.create(3)
    const other = ListenerBoard.over(board.memory)
    board.join(2)
    other.setConnections(2, 7)
    expect([1, 2, 3].map((number) => board.connectionsOf(number))).toEqual([undefined, 7, undefined])
    expect([1, 2, 3].map((number) => board.beatsOf(number))).toEqual([undefined, 0, undefined])
    expect(board.fewestConnections()).toBe(7)
    expect(other.size).toBe(3)
  })

  test('keeps no place for one that has left, whatever it still says', () => {
    const board = ListenerBoard.create(1)
    board.join(1)
    board.leave(1)
    board.beat(1)
    board.setConnections(1, 4)
    expect([board.beatsOf(1), board.connectionsOf(1)]).toEqual([undefined, undefined])
    expect(board.fewestConnections()).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('SilenceCount', () => {
  test('finds the one that does not beat, and neither itself nor one that is not there', () => {
    const board = ListenerBoard.create(4)
    for (const number of [1, 2, 3]) board.join(number)
    const silence = new SilenceCount(board, 1)
    const ticks = Array.from({ length: 4 }, () => {
      board.beat(2)
      return silence.tick(3)
    })
    expect(ticks).toEqual([undefined, undefined, undefined, 3])
    board.leave(3)
    expect(silence.tick(3)).toBe(undefined)
  })
})
