import { expect, test } from 'vitest'
import { badRequest, serializeError } from '../../src/core/errors.ts'
import type { NamedModels } from '../../src/core/model-change.ts'
import { type ChangingProcess, ModelChanges } from '../../src/supervisor/model-changes.ts'
import type { Order } from '../../src/supervisor/process-messages.ts'

const IRIS: NamedModels = { name: 'iris', plans: [{ uri: 'a' }], loaded: true }

/** A process that does what it is told, and says so a turn later. */
class FakeProcess implements ChangingProcess {
  readonly orders: string[] = []
  fails = false
  /** Answers nothing while set. */
  silent = false
  /** Done before it answers an order. */
  answers: (order: Order) => void | Promise<void> = () => {}
  readonly #changes: Pick<ModelChanges<FakeProcess>, 'answered'>

  constructor(changes: Pick<ModelChanges<FakeProcess>, 'answered'>) {
    this.#changes = changes
  }

  send(order: Order): void {
    if (order.type === 'forget-tuning' || order.type === 'tune' || order.type === 'noted') return
    const change = order.type === 'prepare' ? ` ${order.change.kind} ${order.change.name}` : ''
    this.orders.push(`${order.type}${change}`)
    if (this.silent || (order.type !== 'prepare' && order.type !== 'commit')) return
    const failed = this.fails && order.type === 'prepare'
    const answer = failed
      ? { error: serializeError(badRequest('It does not load')) }
      : { plans: [{ uri: 'pinned' }] }
    setImmediate(async () => {
      await this.answers(order)
      this.#changes.answered(this, order.id, answer)
    })
  }
}

async function joined(changes: ModelChanges<FakeProcess>): Promise<FakeProcess> {
  const process = new FakeProcess(changes)
  changes.give(process)
  await changes.join(process, [IRIS])
  return process
}

test('a change is prepared in all processes before any makes it', async () => {
  const changes = new ModelChanges<FakeProcess>()
  const [first, second] = [await joined(changes), await joined(changes)]
  expect(await changes.change(first, { kind: 'load', name: 'new', uri: 'b' })).toBeUndefined()
  expect(await changes.change(second, { kind: 'unload', name: 'iris' })).toBeUndefined()
  const all = ['prepare load new', 'commit', 'prepare unload iris', 'commit']
  expect([first.orders, second.orders]).toEqual([all, all])
  const third = new FakeProcess(changes)
  expect(changes.give(third)).toMatchObject({
    models: [
      { ...IRIS, loaded: false },
      { name: 'new', plans: [{ uri: 'pinned' }], loaded: true },
    ],
  })
  await changes.join(third, [])
  expect(third.orders).toEqual([])
})

test('a change that one process cannot make is made by none', async () => {
  const changes = new ModelChanges<FakeProcess>()
  const [first, second, third] = [await joined(changes), await joined(changes), await joined(changes)]
  second.fails = true
  expect(await changes.change(first, { kind: 'load', name: 'iris' })).toMatchObject({
    message: 'It does not load',
  })
  expect(first.orders).toEqual(['prepare load iris', 'discard'])
  expect(third.orders).toEqual(['prepare load iris', 'discard'])
  expect(changes.give(new FakeProcess(changes))).toMatchObject({ models: [IRIS] })
  second.fails = false
  expect(await changes.change(first, { kind: 'load', name: 'iris' })).toBeUndefined()
})

test('a process that ends is not waited for, and one that comes later catches up', async () => {
  const changes = new ModelChanges<FakeProcess>()
  const [first, second] = [await joined(changes), await joined(changes)]
  const late = new FakeProcess(changes)
  changes.give(late)
  second.silent = true
  const changed = changes.change(first, { kind: 'load', name: 'new', uri: 'b' })
  expect(await changes.change(first, { kind: 'load', name: 'new' })).toMatchObject({
    code: 'RESOURCE_CONFLICT',
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  changes.leave(second)
  expect(await changed).toBeUndefined()
  await changes.join(late, [IRIS])
  expect(late.orders).toEqual(['prepare load new', 'commit'])
})

test('whoever asks and ends before it is prepared has changed nothing', async () => {
  const changes = new ModelChanges<FakeProcess>()
  const [first, second] = [await joined(changes), await joined(changes)]
  first.silent = true
  const changed = changes.change(first, { kind: 'load', name: 'iris' })
  await new Promise((resolve) => setTimeout(resolve, 20))
  changes.leave(first)
  expect(await changed).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  expect(second.orders).toEqual([])
})

test('whoever asks and ends while others prepare is not waited for either', async () => {
  const changes = new ModelChanges<FakeProcess>()
  const [first, second] = [await joined(changes), await joined(changes)]
  second.answers = () => changes.leave(first)
  expect(await changes.change(first, { kind: 'load', name: 'iris' })).toBeUndefined()
  expect(first.orders).toEqual(['prepare load iris'])
  expect(second.orders).toEqual(['prepare load iris', 'commit'])
  expect(await changes.change(second, { kind: 'load', name: 'iris' })).toBeUndefined()
})

test('a process that joins during a change and cannot make it is told of, and the others keep it', async () => {
  const changes = new ModelChanges<FakeProcess>()
  const [first, second] = [await joined(changes), await joined(changes)]
  const late = new FakeProcess(changes)
  const outdated: FakeProcess[] = []
  changes.onOutdated = (process) => outdated.push(process)
  changes.give(late)
  late.fails = true
  second.answers = async (order: Order) => {
    if (order.type === 'prepare') await changes.join(late, [IRIS])
  }
  expect(await changes.change(first, { kind: 'load', name: 'new', uri: 'b' })).toBeUndefined()
  expect(outdated).toEqual([late])
  expect(second.orders).toEqual(['prepare load new', 'commit'])
})

test('what was served before is served again in all processes, by its plans in those that never had it', async () => {
  const changes = new ModelChanges<FakeProcess>()
  const [first, second] = [await joined(changes), await joined(changes)]
  expect(await changes.change(first, { kind: 'restore', name: 'iris' })).toMatchObject({
    code: 'RESOURCE_DOES_NOT_EXIST',
  })
  expect(await changes.change(first, { kind: 'load', name: 'iris' })).toBeUndefined()
  expect(changes.models()).toMatchObject([{ plans: [{ uri: 'pinned' }], previous: IRIS.plans }])
  const given: unknown[] = []
  second.answers = (order) => {
    if (order.type === 'prepare') given.push(order.change)
  }
  first.answers = second.answers
  expect(await changes.change(second, { kind: 'restore', name: 'iris' })).toBeUndefined()
  // The one that was asked has the plans of before, the other what that one has made of them.
  expect(given).toEqual([
    { kind: 'restore', name: 'iris', plans: IRIS.plans },
    { kind: 'restore', name: 'iris', plans: [{ uri: 'pinned' }] },
  ])
  expect(await changes.change(second, { kind: 'restore', name: 'iris' })).toMatchObject({
    code: 'RESOURCE_CONFLICT',
  })
  expect(changes.histories.of('iris')?.events.map(({ kind }) => kind)).toEqual([
    ...['loaded', 'loaded', 'rolled-back'],
  ])
})

test('what became of a model is told to all, and to those that come later', async () => {
  const changes = new ModelChanges<FakeProcess>()
  const first = await joined(changes)
  const noted: Order[] = []
  first.send = (order) => void noted.push(order)
  const event = { kind: 'refused', at: 1, version: '2', previous: '1', reason: 'broken' } as const
  changes.note('iris', event)
  expect(noted).toEqual([{ type: 'noted', name: 'iris', event }])
  const late = new FakeProcess(changes)
  expect(changes.give(late).histories).toMatchObject([{ name: 'iris', counts: { loaded: 1, refused: 1 } }])
  changes.leave(first)
  changes.note('iris', event)
  expect(noted).toHaveLength(1)
})
