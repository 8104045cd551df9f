import { expect, test } from 'vitest'
import { eventOf } from '../../src/core/model-change.ts'
import { type ModelEvent, type ModelEventKind, ModelHistories } from '../../src/core/model-history.ts'

function event(kind: ModelEventKind, version: string, previous = ''): ModelEvent {
  return { kind, at: 1, version, previous, reason: '' }
}

test('the last twenty events are kept, and all are counted', () => {
  const histories = new ModelHistories()
  for (let version = 1; version <= 30; version += 1) {
    histories.note('iris', event('swapped', String(version), String(version - 1)))
  }
  const { events = [], counts } = histories.of('iris') ?? {}
  expect(events.map(({ version }) => Number(version))).toEqual(Array.from({ length: 20 }, (_, i) => 11 + i))
  expect(counts).toEqual({ swapped: 30 })
  expect(histories.of('other')).toBeUndefined()
})

test('failures in a row are one event, and trouble until something is served', () => {
  const histories = new ModelHistories()
  histories.note('iris', event('loaded', '1'))
  for (let i = 0; i < 5; i += 1) histories.note('iris', event('failed', '2', '1'))
  expect(histories.of('iris')).toMatchObject({
    events: [{ kind: 'loaded' }, { kind: 'failed' }],
    counts: { failed: 5 },
  })
  expect(histories.trouble('iris')).toMatchObject({ kind: 'failed', version: '2' })
  histories.note('iris', event('swapped', '2', '1'))
  expect(histories.trouble('iris')).toBeUndefined()
})

test('a rollback is not followed by another, whatever was refused meanwhile', () => {
  const histories = new ModelHistories()
  histories.note('iris', event('rolled-back', '1', '2'))
  histories.note('iris', event('refused', '3', '1'))
  expect(() => histories.expectForward('iris')).toThrow(
    "Version 1 of 'iris' is served since a rollback from version 2",
  )
  histories.note('iris', event('loaded', '4', '1'))
  expect(() => histories.expectForward('iris')).not.toThrow()
})

test('a process that comes later has what the others have', () => {
  const [first, late] = [new ModelHistories(), new ModelHistories()]
  first.note('iris', event('loaded', '1'))
  late.adopt(structuredClone(first.list()))
  first.note('iris', event('refused', '2', '1'))
  late.note('iris', event('refused', '2', '1'))
  expect(late.list()).toEqual(first.list())
})

test('an event names the versions that plans are served as', () => {
  const before = [
    { uri: 'a', served: '1' },
    { uri: 'b', version: 'blue' },
  ]
  const after = [{ uri: 'a', served: '2' }]
  const why = 'models:/iris@champion means version 2'
  expect(eventOf({ kind: 'load', name: 'iris', watched: why }, { before, after })).toMatchObject({
    ...{ kind: 'swapped', version: '2', previous: '1, blue', reason: why },
  })
  expect(eventOf({ kind: 'restore', name: 'iris' }, { before: after, after: before })).toMatchObject({
    ...{ kind: 'rolled-back', version: '1, blue', previous: '2', reason: '' },
  })
  expect(eventOf({ kind: 'unload', name: 'iris' }, { before, after: [] })).toMatchObject({
    ...{ kind: 'unloaded', version: '' },
  })
})
