import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { permissionDenied, unreachable } from '../../../src/core/errors.ts'
import { RolloutStateStore } from '../../../src/registry-client/rollout-state/rollout-state-store.ts'
import type { StateCell } from '../../../src/registry-client/rollout-state/state-cell.ts'
import { StateFile } from '../../../src/registry-client/rollout-state/state-file.ts'
import type { RolloutState } from '../../../src/rollout/rollout-state.ts'
import { holds, readStateText, stateText } from '../../../src/rollout/rollout-state-text.ts'
import { PATIENCE } from '../../fixtures/patience.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { SimulatedCell, SimulatedRegistry } from './simulated-registry.ts'
import { state } from './states.ts'

const opened: RolloutStateStore[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()))
})

interface OpenStore {
  readonly store: RolloutStateStore
  readonly heard: RolloutState[]
  readonly told: string[]
}

function openOn(shared: StateCell, local?: StateCell): OpenStore {
  const heard: RolloutState[] = []
  const told: string[] = []
  const log = { info: (text: string) => told.push(text), warn: (text: string) => told.push(text) }
  const store = new RolloutStateStore({
    ...{ shared, local, log, patienceMs: 50, retryMs: 5 },
    onChange: (changed) => heard.push(changed),
  })
  opened.push(store)
  return { store, heard, told }
}

test('what one replica writes is what another reads, and hears of', async () => {
  const registry = new SimulatedRegistry()
  const cells = [new SimulatedCell(registry), new SimulatedCell(registry)] as const
  const [first, second] = [openOn(cells[0]), openOn(cells[1])]
  expect(await first.store.read()).toBeUndefined()
  expect(await first.store.write(state(1, 'a'))).toEqual(state(1, 'a'))
  expect(await second.store.read()).toEqual(state(1, 'a'))
  await first.store.write(state(2, 'a'))
  await cells[1].look()
  await cells[0].look()
  expect(second.heard).toEqual([state(2, 'a')])
  expect(first.heard).toEqual([])
})

test('of two states of one epoch that of the higher writer holds, and the other replica is given it', async () => {
  const registry = new SimulatedRegistry()
  const [low, high] = [openOn(new SimulatedCell(registry)), openOn(new SimulatedCell(registry))]
  await high.store.write(state(3, 'b'))
  expect(await low.store.write(state(3, 'a'))).toEqual(state(3, 'b'))
  expect(await low.store.write(state(2, 'z'))).toEqual(state(3, 'b'))
  expect(registry.text).toBe(stateText(state(3, 'b')))
})

test('however slow the registry is and whoever writes when, all replicas come to the state that holds', async () => {
  const writes = fc.array(fc.record({ replica: fc.nat(2), epoch: fc.integer({ min: 1, max: 4 }) }), {
    minLength: 2,
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), writes, async (scheduler, given) => {
      const registry = new SimulatedRegistry((label) => scheduler.schedule(Promise.resolve(), label))
      const cells = [0, 1, 2].map(() => new SimulatedCell(registry))
      const known: (RolloutState | undefined)[] = [undefined, undefined, undefined]
      const stores = cells.map((shared, index) => {
        const onChange = (changed: RolloutState) => {
          known[index] = changed
        }
        const log = { info: () => undefined, warn: () => undefined }
        return new RolloutStateStore({ shared, local: undefined, onChange, log, patienceMs: 60_000 })
      })
      await scheduler.waitFor(Promise.all(stores.map((store) => store.read())))
      const written = given.map(async ({ replica, epoch }) => {
        known[replica] = await stores[replica]?.write(state(epoch, `writer-${replica}`))
      })
      const looks = cells.map((cell) => cell.look())
      await scheduler.waitFor(Promise.all([...written, ...looks]))
      // Two rounds of looks: one mends what was overwritten, one sees it.
      for (let round = 0; round < 2; round++) {
        await scheduler.waitFor(Promise.all(cells.map((cell) => cell.look())))
      }
      for (const cell of cells) await scheduler.waitFor(cell.look())
      const highest = given
        .map(({ replica, epoch }) => state(epoch, `writer-${replica}`))
        .reduce((a, b) => holds(a, b))
      expect(registry.text === undefined ? undefined : readStateText(registry.text).state).toEqual(highest)
      expect(known).toEqual([highest, highest, highest])
    }),
    { numRuns: 200 },
  )
})

test('while the registry is away the last state holds, and is written once it is back; told once each', async () => {
  const registry = new SimulatedRegistry()
  const { store, told } = openOn(new SimulatedCell(registry))
  await store.read()
  registry.isAway = true
  registry.failure = unreachable('connection refused')
  expect(await store.write(state(1, 'a'))).toEqual(state(1, 'a'))
  expect(await store.write(state(2, 'a'))).toEqual(state(2, 'a'))
  expect(registry.text).toBeUndefined()
  registry.isAway = false
  await vi.waitFor(() => expect(registry.text).toBe(stateText(state(2, 'a'))), PATIENCE)
  expect(told).toEqual([expect.stringContaining('connection refused'), expect.stringContaining('again')])
})

test('a registry that may not be changed leaves the rollout to this server, which says so', async () => {
  const registry = new SimulatedRegistry()
  const { store, told } = openOn(new SimulatedCell(registry))
  registry.isAway = true
  registry.failure = permissionDenied('read only')
  expect(await store.write(state(1, 'a'))).toEqual(state(1, 'a'))
  expect(told).toEqual([expect.stringContaining('may not change')])
})

test('a start while the registry is away goes on with what this machine knew, and with more where there is more', async () => {
  const registry = new SimulatedRegistry()
  const local = new StateFile(join(temporaryFolder(), 'deeper', 'state.json'))
  const before = openOn(new SimulatedCell(registry), local)
  await before.store.read()
  await before.store.write(state(5, 'a', { phase: 'rolled-back', cause: 'errors' }))
  await before.store.close()
  registry.isAway = true
  const away = openOn(new SimulatedCell(registry), local)
  expect(await away.store.read()).toMatchObject({ epoch: 5, phase: 'rolled-back' })
  registry.isAway = false
  registry.text = stateText(state(6, 'b'))
  expect(await openOn(new SimulatedCell(registry), local).store.read()).toEqual(state(6, 'b'))
})

test('a registry that does not answer holds up a start for a bounded time', async () => {
  const never = new SimulatedRegistry(() => new Promise(() => {}))
  const store = new RolloutStateStore({
    ...{ shared: new SimulatedCell(never), local: undefined, patienceMs: 20, onChange: () => undefined },
    log: { info: () => undefined, warn: () => undefined },
  })
  expect(await store.read()).toBeUndefined()
})

test('a text that is no state is told of, and replaced', async () => {
  const registry = new SimulatedRegistry()
  registry.text = '{"form":"1"}'
  const { store, told } = openOn(new SimulatedCell(registry))
  expect(await store.read()).toBeUndefined()
  await store.write(state(1, 'a'))
  expect(registry.text).toBe(stateText(state(1, 'a')))
  expect(told).toEqual([expect.stringContaining('is "1", and only 1')])
})

test('the state of a later Headrace is told of, and left as it is', async () => {
  const registry = new SimulatedRegistry()
  registry.text = '{"form":99}'
  const { store, told } = openOn(new SimulatedCell(registry))
  expect(await store.read()).toBeUndefined()
  expect(await store.write(state(1, 'a'))).toEqual(state(1, 'a'))
  expect(registry.text).toBe('{"form":99}')
  expect(told).toEqual([expect.stringContaining('is 99, and only 1')])
})

test('two servers of one machine follow each other by a file', async () => {
  const path = join(temporaryFolder(), 'state.json')
  const [first, second] = [openOn(new StateFile(path)), openOn(new StateFile(path))]
  await Promise.all([first.store.read(), second.store.read()])
  await first.store.write(state(1, 'a'))
  await vi.waitFor(() => expect(second.heard).toEqual([state(1, 'a')]), PATIENCE)
  writeFileSync(path, 'torn')
  await vi.waitFor(
    async () => expect(await new StateFile(path).read()).toBe(stateText(state(1, 'a'))),
    PATIENCE,
  )
})
