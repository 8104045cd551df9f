import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { overloaded } from '../../../src/core/errors.ts'
import type { PredictOptions } from '../../../src/core/predictor.ts'
import type { TensorMap } from '../../../src/core/tensor.ts'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import type { ServedModel } from '../../../src/runtime/served-model.ts'
import { type SideResult, TOO_LARGE_AGAIN } from '../../../src/server/rollouts/side-run.ts'
import { SideRuns, type SideRunsInit } from '../../../src/server/rollouts/side-runs.ts'
import { rowsOf, SumPredictor, slowPredictor } from '../../fixtures/predictors.ts'
import { fakeModel } from '../support/fake-model.ts'

const MEBIBYTE = 1024 * 1024
const REQUEST = { inputs: rowsOf([1, 2]), parameters: new Map() }
const SOURCE = { bytes: 16, requestFor: () => REQUEST }

class Hanging extends SumPredictor {
  isTakenBack = false
  override predict(_inputs: TensorMap, { signal }: PredictOptions = {}): Promise<TensorMap> {
    signal?.addEventListener('abort', () => {
      this.isTakenBack = true
    })
    return new Promise(() => {})
  }
}

function sideRuns(init: Partial<Omit<SideRunsInit, 'dataPlane'>> = {}) {
  const given = { most: 4, deadlineMs: 30_000, mostLagMs: 30_000, isBusy: () => false, ...init }
  return new SideRuns({ dataPlane: new DataPlane(), ...given })
}

/** Of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

function ask(runs: SideRuns, model: ServedModel, source = SOURCE): Promise<SideResult> {
  return new Promise((resolve) => runs.offer({ model, source, ended: resolve }))
}

test('a run that has no end is given up, and its room is taken until it is over', async () => {
  const predictor = new Hanging()
  const model = fakeModel({ predictor })
  const runs = sideRuns({ most: 2, deadlineMs: 20 })
  const results = await Promise.all([ask(runs, model), ask(runs, model), ask(runs, model)])
  expect(results.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'dropped'])
  expect(predictor.isTakenBack).toBe(true)
  // The model still has both.
  expect(await ask(runs, model)).toEqual({ kind: 'dropped' })
  expect((await ask(runs, fakeModel())).kind).toBe('answered')
})

test('a run that waited too long for its turn is dropped', async () => {
  const runs = sideRuns({ mostLagMs: 10 })
  const asked = ask(runs, fakeModel())
  const until = performance.now() + 30
  while (performance.now() < until);
  expect(await asked).toEqual({ kind: 'dropped' })
})

test('no run begins in the turn in which it was offered, and those of some milliseconds begin together', async () => {
  const predictor = slowPredictor(20, { maxConcurrency: 2 })
  const runs = sideRuns({ most: 8 })
  const results = [ask(runs, fakeModel({ predictor })), ask(runs, fakeModel({ predictor }))]
  await turns(1)
  expect(predictor.runs).toHaveLength(0)
  expect((await Promise.all(results)).map(({ kind }) => kind)).toEqual(['answered', 'answered'])
  expect(predictor.peakConcurrency).toBe(2)
})

test('those that fill half of the room wait for no more', async () => {
  const predictor = slowPredictor(1)
  const runs = sideRuns({ most: 4 })
  const results = [ask(runs, fakeModel({ predictor })), ask(runs, fakeModel({ predictor }))]
  await turns(1)
  expect(predictor.runs).toHaveLength(0)
  await turns(5)
  expect(predictor.runs.length).toBeGreaterThan(0)
  await Promise.all(results)
})

test('runs give way to requests, and not for long', async () => {
  const predictor = new SumPredictor()
  const model = fakeModel({ predictor })
  let isBusy = true
  const runs = sideRuns({ most: 2, isBusy: () => isBusy })
  const quiet = ask(runs, model)
  await turns(4)
  expect(predictor.runs).toHaveLength(0)
  isBusy = false
  await turns(3)
  expect(predictor.runs).toHaveLength(1)
  isBusy = true
  const busy = ask(runs, model)
  await turns(10)
  expect(predictor.runs).toHaveLength(2)
  expect((await Promise.all([quiet, busy])).map(({ kind }) => kind)).toEqual(['answered', 'answered'])
})

test('of a model that holds the thread one run begins in a turn', async () => {
  const predictor = new SumPredictor()
  const loadTimes = { total: 1, engine: 1, batch1: 0.3 }
  const runs = sideRuns({ most: 4 })
  const model = { ...fakeModel({ predictor }), loadTimes }
  const results = [ask(runs, model), ask(runs, model)]
  const begun = new Set<number>()
  for (let turn = 0; turn < 8; turn += 1) {
    await turns(1)
    begun.add(predictor.runs.length)
  }
  expect([...begun]).toEqual([0, 1, 2])
  await Promise.all(results)
})

test('each of those that hang is given up by its own time', async () => {
  const runs = sideRuns({ most: 8, deadlineMs: 60 })
  const first = ask(runs, fakeModel({ predictor: new Hanging() }))
  await delay(30)
  const second = ask(runs, fakeModel({ predictor: new Hanging() }))
  const [a, b] = await Promise.all([first, second])
  for (const result of [a, b]) {
    if (result.kind !== 'failed') throw new Error('It was not given up')
    expect(result.milliseconds).toBeGreaterThanOrEqual(59)
  }
  expect((await ask(runs, fakeModel())).kind).toBe('answered')
})

test('inputs are copied, and too many of them are not', async () => {
  const runs = sideRuns()
  const result = await ask(runs, fakeModel())
  if (result.kind !== 'answered') throw new Error('It was not answered')
  expect(result.request.inputs).toEqual(REQUEST.inputs)
  expect(result.request.inputs.get('x')?.data).not.toBe(REQUEST.inputs.get('x')?.data)
  expect(await ask(runs, fakeModel(), { ...SOURCE, bytes: 9 * MEBIBYTE })).toEqual({ kind: 'too-large' })
})

test('what all of them keep in memory is bounded, and given back', async () => {
  const runs = sideRuns({ most: 100 })
  const model = fakeModel({ predictor: slowPredictor(1, { maxConcurrency: 100 }) })
  const large = { ...SOURCE, bytes: 7 * MEBIBYTE }
  for (let round = 0; round < 2; round += 1) {
    const results = await Promise.all(Array.from({ length: 6 }, () => ask(runs, model, large)))
    expect(results.map(({ kind }) => kind)).toEqual([...Array(4).fill('answered'), 'dropped', 'dropped'])
  }
})

test('a model is held while it runs, so that nobody frees it', async () => {
  const held: boolean[] = []
  class Looking extends SumPredictor {
    override predict(inputs: TensorMap, options?: PredictOptions): Promise<TensorMap> {
      held.push(model.admission.isHeld)
      return super.predict(inputs, options)
    }
  }
  const model = fakeModel({ predictor: new Looking() })
  await ask(sideRuns(), model)
  expect(held).toEqual([true])
  expect(model.admission.isHeld).toBe(false)
})

test('what cannot be read again is a failure, and a refusal is none', async () => {
  const runs = sideRuns()
  const unreadable = {
    bytes: 16,
    requestFor: (): never => {
      throw new Error('It cannot be read')
    },
  }
  expect(await ask(runs, fakeModel(), unreadable)).toMatchObject({ kind: 'failed' })
  const model = fakeModel()
  model.admission.stop('It is being unloaded')
  expect(await ask(runs, model)).toEqual({ kind: 'dropped' })
  const large = {
    bytes: 16,
    requestFor: (): never => {
      throw overloaded('It is too large to be read again', 1, { refused: TOO_LARGE_AGAIN })
    },
  }
  expect(await ask(runs, fakeModel(), large)).toEqual({ kind: 'too-large' })
})
