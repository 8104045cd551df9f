import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Predictor, TensorMetadata } from '../../src/core/predictor.ts'
import { allocate, DATATYPES, elementCount, type Tensor, type TensorMap } from '../../src/core/tensor.ts'
import { newTiming } from '../../src/core/timing.ts'

/** A way to a predictor, and to inputs that it accepts. */
export interface PredictorFactory {
  open(): Promise<Predictor>
  /** Valid inputs; where the number of rows is fixed, of that many. Different `seed`s give different values. */
  inputs(rows: number, seed: number): TensorMap
}

/** Tests that an implementation cannot pass, each with the reason. */
export type Skips = Readonly<Partial<Record<'zero rows' | 'several rows' | 'rank', string>>>

/** What every `Predictor` promises, whatever stands behind it. */
export function describePredictor(name: string, factory: PredictorFactory, skips: Skips = {}): void {
  describe(`${name} keeps the Predictor contract`, () => {
    let predictor: Predictor
    /** One serves for all tests but those that close it: threads take long to start. */
    let isOpen = false
    const someInputs = (seed = 1) => factory.inputs(2, seed)

    beforeEach(async () => {
      if (!isOpen) predictor = await factory.open()
      isOpen = true
    })
    afterAll(async () => {
      await predictor.close()
    })

    test('states inputs, outputs and limits', () => {
      for (const list of [predictor.inputs, predictor.outputs]) {
        expect(list.length).toBeGreaterThan(0)
        expect(new Set(list.map((metadata) => metadata.name)).size).toBe(list.length)
        for (const metadata of list) expectMetadata(metadata)
      }
      expect(predictor.maxBatchRows).toBeGreaterThan(0)
      expect(predictor.maxConcurrency).toBeGreaterThan(0)
    })

    test('is batchable only where all first dimensions are free', () => {
      if (!predictor.batchable) return
      for (const { shape } of [...predictor.inputs, ...predictor.outputs]) expect(shape[0]).toBe(-1)
    })

    test('answers every output, in order, as declared', async () => {
      const outputs = await predictor.predict(someInputs())
      expect([...outputs.keys()]).toEqual(predictor.outputs.map((output) => output.name))
      for (const metadata of predictor.outputs) expectFits(outputs.get(metadata.name), metadata)
    })

    test('answers only the wanted outputs, in the order of the model', async () => {
      const all = await predictor.predict(someInputs())
      const names = predictor.outputs.map((output) => output.name)
      const last = names.slice(-1)
      expect(await predictor.predict(someInputs(), { outputs: last })).toEqual(
        new Map([...all].filter(([output]) => last.includes(output))),
      )
      const reversed = await predictor.predict(someInputs(), { outputs: names.toReversed() })
      expect([...reversed.keys()]).toEqual(names)
    })

    test('refuses an output that the model does not have', async () => {
      const refused = predictor.predict(someInputs(), { outputs: ['no such output'] })
      await expect(refused).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    })

    test.skipIf(skips['several rows'])('answers as many rows as it was given', async () => {
      if (!predictor.batchable) return
      for (const rows of [1, 2, 7]) {
        for (const [, tensor] of await predictor.predict(factory.inputs(rows, 1))) {
          expect(tensor.shape[0]).toBe(rows)
        }
      }
    })

    test.skipIf(skips['zero rows'])('answers no rows with no rows', async () => {
      if (!predictor.batchable) return
      for (const [, tensor] of await predictor.predict(factory.inputs(0, 1))) {
        expect(tensor.shape[0]).toBe(0)
        expect(tensor.data).toHaveLength(0)
      }
    })

    test('refuses a missing input by name', async () => {
      const [first] = predictor.inputs
      const inputs = new Map([...someInputs()].slice(1))
      await expect(predictor.predict(inputs)).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        message: expect.stringContaining(`'${first?.name}'`),
      })
    })

    test('refuses an input that the model does not have', async () => {
      const stray: Tensor = { datatype: 'FP32', shape: [1], data: new Float32Array(1) }
      const inputs = new Map([...someInputs(), ['stray', stray]])
      await expect(predictor.predict(inputs)).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        message: expect.stringContaining("'stray'"),
      })
    })

    test('refuses an input of another datatype', async () => {
      const inputs = new Map(someInputs())
      const [name, tensor] = [...inputs][0]!
      const datatype = tensor.datatype === 'INT16' ? 'INT32' : 'INT16'
      const { shape } = tensor
      inputs.set(name, { datatype, shape, data: allocate(datatype, elementCount(shape)) } as Tensor)
      await expect(predictor.predict(inputs)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    })

    test.skipIf(skips['rank'])('refuses an input with another number of dimensions', async () => {
      const inputs = new Map(someInputs())
      const [name, tensor] = [...inputs][0]!
      inputs.set(name, { ...tensor, shape: [...tensor.shape, 1] })
      await expect(predictor.predict(inputs)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    })

    test('answers the next request after one that it refused', async () => {
      await expect(predictor.predict(new Map())).rejects.toMatchObject({ code: 'BAD_REQUEST' })
      expect((await predictor.predict(someInputs())).size).toBe(predictor.outputs.length)
    })

    test('drops a request that was taken back before its run', async () => {
      const refused = predictor.predict(someInputs(), { signal: AbortSignal.abort() })
      await expect(refused).rejects.toMatchObject({ code: 'CANCELLED' })
    })

    test('drops a request whose deadline has passed', async () => {
      const refused = predictor.predict(someInputs(), { deadline: performance.now() - 1 })
      await expect(refused).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    })

    test('answers a request with a signal and a deadline that leave it time', async () => {
      const options = { signal: new AbortController().signal, deadline: performance.now() + 60_000 }
      expect((await predictor.predict(someInputs(), options)).size).toBe(predictor.outputs.length)
    })

    test('gives each of many calls at once its own answer', async () => {
      const seeds = [1, 2, 3, 4, 5, 6, 7, 8]
      const alone: TensorMap[] = []
      for (const seed of seeds) alone.push(await predictor.predict(someInputs(seed)))
      expect(await Promise.all(seeds.map((seed) => predictor.predict(someInputs(seed))))).toEqual(alone)
    })

    test('leaves its inputs as they were', async () => {
      const inputs = someInputs()
      await predictor.predict(inputs)
      expect(inputs).toEqual(someInputs())
    })

    test('gives answers that later calls do not touch', async () => {
      const first = await predictor.predict(someInputs(1))
      const kept = structuredClone(first)
      await predictor.predict(someInputs(2))
      expect(first).toEqual(kept)
    })

    test('states how long the run took', async () => {
      const timing = newTiming()
      await predictor.predict(someInputs(), { timing })
      expect(timing.compute).toBeGreaterThan(0)
      expect(timing.compute).toBeLessThan(10_000)
    })

    test('finishes the calls under way before it closes, and refuses later ones', async () => {
      const underWay = predictor.predict(someInputs())
      isOpen = false
      const closing = predictor.close()
      await expect(predictor.predict(someInputs())).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
      expect((await underWay).size).toBe(predictor.outputs.length)
      await closing
    })

    test('can be closed twice', async () => {
      isOpen = false
      await Promise.all([predictor.close(), predictor.close()])
      await predictor.close()
    })
  })
}

function expectMetadata({ name, datatype, shape }: TensorMetadata): void {
  expect(name).not.toBe('')
  expect(DATATYPES).toContain(datatype)
  for (const dim of shape) expect(Number.isInteger(dim) && dim >= -1, `dimension ${dim}`).toBe(true)
}

function expectFits(tensor: Tensor | undefined, { datatype, shape, unranked }: TensorMetadata): void {
  expect(tensor?.datatype).toBe(datatype)
  if (tensor === undefined) return
  expect(tensor.data).toHaveLength(elementCount(tensor.shape))
  expect(Object.getPrototypeOf(tensor.data)).toBe(Object.getPrototypeOf(allocate(datatype, 0)))
  if (unranked === true) return
  expect(tensor.shape).toHaveLength(shape.length)
  shape.forEach((dim, axis) => {
    if (dim !== -1) expect(tensor.shape[axis]).toBe(dim)
  })
}
