import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { ListenerBoard } from '../../src/supervisor/listener-board.ts'
import { ListenerGroup } from '../../src/supervisor/listener-group.ts'
import type { Order } from '../../src/supervisor/process-messages.ts'
import { type OpenRolloutLine, RolloutRelay } from '../../src/supervisor/rollout-relay.ts'

class Member {
  readonly received: unknown[] = []

  send(order: Order): void {
    if (order.type === 'rollout') this.received.push(order.message)
  }
}

/** Answers each message to whoever sent it, and to all lines that are open what is for all. */
class Keeper {
  readonly lines = new Set<(message: unknown) => void>()

  readonly open: OpenRolloutLine = (deliver) => {
    this.lines.add(deliver)
    return {
      send: (message) => deliver(`answer to ${String(message)}`),
      close: () => this.lines.delete(deliver),
    }
  }

  tellAll(message: string): void {
    for (const deliver of this.lines) deliver(message)
  }
}

test('what a member asks is answered to it alone, and what is for all comes to all that are there', () => {
  const keeper = new Keeper()
  const relay = new RolloutRelay<Member>(keeper.open)
  const [a, b] = [new Member(), new Member()]
  relay.take(a, 1)
  relay.take(b, 2)
  relay.take(b, 3)
  keeper.tellAll('state')
  expect(a.received).toEqual(['answer to 1', 'state'])
  expect(b.received).toEqual(['answer to 2', 'answer to 3', 'state'])
  relay.leave(a)
  keeper.tellAll('later')
  expect(a.received).toHaveLength(2)
  expect(b.received.at(-1)).toBe('later')
})

test('without rollouts nothing is taken and nothing is kept', () => {
  const relay = new RolloutRelay<Member>(undefined)
  const member = new Member()
  relay.take(member, 1)
  relay.leave(member)
  expect(member.received).toEqual([])
})

/** A listener that says something of its rollouts once it is there, and repeats what it is told. */
const LISTENER = `
  const { parentPort } = require('node:worker_threads')
  parentPort.on('message', ({ type, message }) => {
    if (type === 'models') {
      parentPort.postMessage({ type: 'ready', models: [] })
      parentPort.postMessage({ type: 'rollout', message: 'join' })
    }
    if (type === 'rollout' && message !== 'heard') parentPort.postMessage({ type: 'rollout', message: 'heard ' + message })
    if (type !== 'finish') return
    parentPort.postMessage({ type: 'ended', isStuck: false })
    parentPort.close()
  })`

test('listeners of a group, the first included, have lines, which end with them', async () => {
  const sent: unknown[] = []
  const heard = Promise.withResolvers<void>()
  let open = 0
  const group = new ListenerGroup({
    board: ListenerBoard.create(2),
    startThread: () => new Worker(LISTENER, { eval: true }),
    rollouts: (deliver) => {
      open += 1
      return {
        send: (message) => {
          sent.push(message)
          if (message === 'join') deliver('state')
          if (message === 'heard state') heard.resolve()
        },
        close: () => {
          open -= 1
        },
      }
    },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  })
  const told = Promise.withResolvers<unknown>()
  group.link.rollouts.onMessage = told.resolve
  group.link.serve({
    take: () => {},
    connections: () => 0,
    figures: async () => [],
    listening: () => {},
    models: () => [],
    prepare: () => Promise.reject(new Error('nothing is prepared here')),
    giveUp: async () => {},
    depart: () => {},
    traffic: () => undefined,
    finish: () => group.link.ended(false),
  })
  group.start()
  group.link.rollouts.send('join')
  expect(await told.promise).toBe('state')
  await heard.promise
  expect(sent).toContain('heard state')
  expect(open).toBe(2)
  await group.stop({ graceMs: 1000 })
  expect(open).toBe(0)
})
