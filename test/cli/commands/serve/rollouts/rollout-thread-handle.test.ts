import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { RolloutThreadHandle } from '../../../../../src/cli/commands/serve/rollouts/rollout-thread-handle.ts'
import type { ThreadMessage } from '../../../../../src/rollout/rollout-messages.ts'
import type { RolloutState } from '../../../../../src/rollout/rollout-state.ts'

/** Tells each member that joins a state of epoch 7 after those it knows, answers lists, and ends where it is asked to restart. */
const THREAD = `
  const { parentPort, workerData } = require('node:worker_threads')
  const epoch = 7 + workerData.known.size
  parentPort.on('message', ({ kind, line, message }) => {
    if (kind === 'end') return parentPort.postMessage({ kind: 'ended' })
    const tell = (told, to) => parentPort.postMessage({ kind: 'tell', line: to, message: told })
    if (message.kind === 'join') tell({ kind: 'state', rollout: 'iris', state: { epoch }, models: [] })
    if (message.kind !== 'question') return
    if (message.question.ask === 'restart') throw new Error('broken')
    if (message.question.ask === 'list') {
      tell({ kind: 'answer', id: message.id, answer: { answer: 'list', views: [] } }, line)
    }
  })`

interface Member {
  readonly heard: ThreadMessage[]
  send(message: unknown): void
  close(): void
  /** The next message that is of this kind. */
  next(kind: ThreadMessage['kind']): Promise<ThreadMessage>
}

const handles: RolloutThreadHandle[] = []

afterEach(async () => {
  for (const handle of handles.splice(0)) await handle.end(1000)
})

function started(script = THREAD, mostSilenceMs?: number) {
  const threads: Worker[] = []
  const errors: { readonly fields: object; readonly message: string }[] = []
  const handle = new RolloutThreadHandle({
    startThread: (known: ReadonlyMap<string, RolloutState>) => {
      const thread = new Worker(script, { eval: true, workerData: { known } })
      threads.push(thread)
      return thread
    },
    ...(mostSilenceMs === undefined ? {} : { mostSilenceMs }),
    log: { info: () => {}, warn: () => {}, error: (fields, message) => errors.push({ fields, message }) },
  })
  handles.push(handle)
  return { handle, threads, errors }
}

function memberOf(handle: RolloutThreadHandle): Member {
  const heard: ThreadMessage[] = []
  const waiting: ((message: ThreadMessage) => boolean)[] = []
  const line = handle.open((message) => {
    const told = message as ThreadMessage
    heard.push(told)
    for (const [index, take] of [...waiting.entries()].reverse()) if (take(told)) waiting.splice(index, 1)
  })
  return {
    ...line,
    heard,
    next: (kind) =>
      new Promise((resolve) => {
        waiting.push((message) => {
          if (message.kind !== kind) return false
          resolve(message)
          return true
        })
      }),
  }
}

const JOIN = { kind: 'join', models: [] }
const LIST = (id: number) => ({ kind: 'question', id, question: { ask: 'list' } })
const BREAK = (id: number) => ({ kind: 'question', id, question: { ask: 'restart', rollout: 'iris' } })

test('answers come to the member that asked, states to all', async () => {
  const { handle } = started()
  const [a, b] = [memberOf(handle), memberOf(handle)]
  const states = [a.next('state'), b.next('state')]
  a.send(JOIN)
  await Promise.all(states)
  const answered = b.next('answer')
  b.send(LIST(5))
  expect(await answered).toMatchObject({ kind: 'answer', id: 5 })
  expect(a.heard.map(({ kind }) => kind)).toEqual(['state'])
})

test('a thread that crashes is started again with the states that members have; what it was asked fails', async () => {
  const { handle, threads, errors } = started()
  const member = memberOf(handle)
  const told = member.next('state')
  member.send(JOIN)
  expect(await told).toMatchObject({ state: { epoch: 7 } })
  const failed = member.next('failure')
  const toldAgain = member.next('state')
  member.send(BREAK(1))
  expect(await failed).toMatchObject({ id: 1, error: { code: 'TEMPORARILY_UNAVAILABLE' } })
  expect(await toldAgain).toMatchObject({ state: { epoch: 8 } })
  expect(threads).toHaveLength(2)
  expect(errors).toMatchObject([{ fields: { reason: 'broken', delayMs: 0 } }])
  const answered = member.next('answer')
  member.send(LIST(2))
  await answered
})

test('a thread that is started again hears by which models the rollouts began, not what a member has loaded since', async () => {
  const { handle } = started(`
    const { parentPort, workerData } = require('node:worker_threads')
    const began = [{ name: 'b', uri: 'models:/b/3', version: '3' }]
    parentPort.on('message', ({ kind, message }) => {
      if (kind === 'end') return parentPort.postMessage({ kind: 'ended' })
      if (message.kind === 'question') throw new Error('broken')
      const models = workerData.known.size === 0 ? began : message.models
      const told = { kind: 'state', rollout: 'iris', state: { epoch: 1 }, models }
      parentPort.postMessage({ kind: 'tell', line: undefined, message: told })
    })`)
  const member = memberOf(handle)
  const told = member.next('state')
  member.send({ kind: 'join', models: [{ name: 'b', uri: 'models:/b/4', version: '4' }] })
  await told
  const toldAgain = member.next('state')
  member.send(LIST(1))
  expect(await toldAgain).toMatchObject({ models: [{ name: 'b', version: '3' }] })
})

test('a thread that keeps crashing is started less and less often, and questions fail at once meanwhile', async () => {
  const { handle, errors } = started('throw new Error("never starts")')
  const member = memberOf(handle)
  while (errors.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(errors.map(({ fields }) => fields)).toMatchObject([{ delayMs: 0 }, { delayMs: 0 }, { delayMs: 500 }])
  const failed = member.next('failure')
  member.send(LIST(1))
  expect(await failed).toMatchObject({ id: 1 })
})

test('a thread that hangs is ended and started again, with its members', async () => {
  const { handle, threads, errors } = started(
    `
      const { parentPort, workerData } = require('node:worker_threads')
      const state = { epoch: 7 + workerData.known.size }
      const tell = (message) => parentPort.postMessage({ kind: 'tell', line: undefined, message })
      setInterval(() => parentPort.postMessage({ kind: 'alive' }), 20)
      parentPort.on('message', ({ kind, message }) => {
        if (kind === 'end') return parentPort.postMessage({ kind: 'ended' })
        if (message.kind === 'join') tell({ kind: 'state', rollout: 'iris', state, models: [] })
        if (message.kind === 'question') for (;;);
      })`,
    1000,
  )
  const member = memberOf(handle)
  const told = member.next('state')
  member.send(JOIN)
  await told
  // One that has nothing to tell is left alone.
  await new Promise((resolve) => setTimeout(resolve, 1200))
  expect(threads).toHaveLength(1)
  const failed = member.next('failure')
  const toldAgain = member.next('state')
  member.send(LIST(1))
  expect(await failed).toMatchObject({ id: 1, error: { code: 'TEMPORARILY_UNAVAILABLE' } })
  expect(await toldAgain).toMatchObject({ state: { epoch: 8 } })
  expect(errors).toMatchObject([{ fields: { reason: 'it said nothing for 1 s' } }])
})

test('a member that is gone hears nothing more', async () => {
  const { handle } = started()
  const [a, b] = [memberOf(handle), memberOf(handle)]
  a.close()
  const told = b.next('state')
  b.send(JOIN)
  await told
  expect(a.heard).toEqual([])
})

test('a thread that does not end is ended after its time', { retry: 4 }, async () => {
  const { handle } = started('setInterval(() => {}, 1000)')
  const begunAt = performance.now()
  await handle.end(50)
  expect(performance.now() - begunAt).toBeLessThan(1000)
})
