import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { ListenerBoard } from '../../src/supervisor/listener-board.ts'
import { ListenerGroup } from '../../src/supervisor/listener-group.ts'
import type { SupervisedServer } from '../../src/supervisor/supervisor-link.ts'

/** A thread that does at once what a listener is asked for. */
const LISTENER = `
  const { parentPort } = require('node:worker_threads')
  parentPort.on('message', ({ type }) => {
    if (type === 'models') parentPort.postMessage({ type: 'ready', models: [] })
    if (type !== 'finish') return
    parentPort.postMessage({ type: 'ended', isStuck: false })
    parentPort.close()
  })`

const server = (finish: () => void): SupervisedServer => ({
  take: () => {},
  connections: () => 0,
  figures: async () => [],
  listening: () => {},
  models: () => [],
  prepare: () => Promise.reject(new Error('nothing is prepared here')),
  giveUp: async () => {},
  depart: () => {},
  traffic: () => undefined,
  finish,
})

test('a thread that the system does not give is asked for again, and the others serve', async () => {
  const asked: number[] = []
  const errors: object[] = []
  const allServe = Promise.withResolvers<object>()
  const group = new ListenerGroup({
    board: ListenerBoard.create(3),
    startThread: (number) => {
      asked.push(number)
      if (asked.length <= 4) throw new Error('no thread')
      return new Worker(LISTENER, { eval: true })
    },
    log: {
      info: (fields) => allServe.resolve(fields),
      warn: () => {},
      error: (fields) => errors.push(fields),
    },
  })
  group.link.serve(server(() => group.link.ended(false)))
  group.start()
  expect(await allServe.promise).toEqual({ listeners: 3 })
  expect(errors).toHaveLength(4)
  expect(new Set(asked)).toEqual(new Set([2, 3]))
  await group.stop({ graceMs: 1000 })
})
