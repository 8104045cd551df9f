import { EventEmitter } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConnectionBalance } from '../../src/supervisor/connection-balance.ts'
import { ListenerBoard } from '../../src/supervisor/listener-board.ts'

/** Longer than between two looks of a listener. */
const LATER_MS = 5

/** A listener, as far as its connections go. */
class Listener {
  readonly #server = new EventEmitter()
  readonly #balance: ConnectionBalance
  readonly connections: EventEmitter[] = []

  constructor(board: ListenerBoard, number: number) {
    board.join(number)
    this.#balance = new ConnectionBalance(board, number)
    this.#balance.watch(this.#server)
  }

  connect(): void {
    const connection = new EventEmitter()
    this.connections.push(connection)
    this.#server.emit('connection', connection)
  }

  /** Answers a request of each connection. @returns how many it gave up. */
  answerAll(now: number): number {
    const given = this.connections.filter(() => this.#balance.givesUp(now))
    for (const connection of given) {
      this.connections.splice(this.connections.indexOf(connection), 1)
      connection.emit('close')
    }
    return given.length
  }
}

function group(counts: readonly number[]): readonly Listener[] {
  const board = ListenerBoard.create(counts.length)
  return counts.map((count, index) => {
    const listener = new Listener(board, index + 1)
    for (let made = 0; made < count; made += 1) listener.connect()
    return listener
  })
}

const held = (listeners: readonly Listener[]) => listeners.map(({ connections }) => connections.length)

describe('ConnectionBalance', () => {
  test('whatever the kernel throws, comes to rest with connections that are even, and loses none', () => {
    const counts = fc.array(fc.nat({ max: 40 }), { minLength: 2, maxLength: 6 })
    fc.assert(
      fc.property(counts, fc.infiniteStream(fc.nat()), (start, dice) => {
        const listeners = group(start)
        let now = LATER_MS
        for (let turn = 0; turn < 3000 && spread(held(listeners)) > 1; turn += 1) {
          now += LATER_MS
          for (const listener of listeners) {
            for (let left = listener.answerAll(now); left > 0; left -= 1) {
              listeners[dice.next().value! % listeners.length]!.connect()
            }
          }
        }
        expect(sum(held(listeners))).toBe(sum(start))
        expect(spread(held(listeners))).toBeLessThanOrEqual(1)
        expect(sum(listeners.map((listener) => listener.answerAll(now + LATER_MS)))).toBe(0)
      }),
      { numRuns: 50 },
    )
  })

  test('gives up one connection at a time, and waits a moment before the next', () => {
    const [busy] = group([20, 0])
    expect(busy!.answerAll(LATER_MS)).toBe(1)
    expect(busy!.answerAll(LATER_MS + 1)).toBe(0)
    expect(busy!.answerAll(2 * LATER_MS)).toBe(1)
  })

  test('leaves alone who is asked so little that nobody gains', () => {
    const [idle] = group([3, 0])
    expect(idle!.answerAll(60_000)).toBe(0)
  })
})

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

function spread(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts)
}
