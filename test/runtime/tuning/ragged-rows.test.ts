import { afterEach, describe, expect, test } from 'vitest'
import type { Predictor } from '../../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'
import type { ScoringCodec } from '../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import type { BatchPlan } from '../../../src/runtime/batching/batch-plan.ts'
import { DynamicBatcher } from '../../../src/runtime/batching/dynamic-batcher.ts'
import { firstDifference } from '../../../src/runtime/tuning/compare-outputs.ts'
import type { TunerOptions } from '../../../src/runtime/tuning/tuner.ts'
import { type MaskUse, writeSequenceModel } from '../../fixtures/onnx/sequence-models.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { type TunedModel, tuneModel } from './support/tuned-model.ts'

const folder = temporaryFolder()
const WORDS = [3, 17, 5, 29, 8, 11, 2, 19, 23, 1]

let tuned: TunedModel

afterEach(async () => {
  await tuned.engine.close()
})

/** One request with sequences of one length; the mask of `real` places is 1. */
function request(rows: readonly (readonly number[])[], real = Number.POSITIVE_INFINITY): TensorMap {
  const shape = [rows.length, rows[0]!.length]
  const mask = rows.map((row) => row.map((_, place) => (place < real ? 1 : 0)))
  return new Map<string, Tensor>([
    ['input_ids', { datatype: 'INT32', shape, data: Int32Array.from(rows.flat()) }],
    ['attention_mask', { datatype: 'INT32', shape, data: Int32Array.from(mask.flat()) }],
  ])
}

/** The model with one request as its example. */
async function tune(use: MaskUse, example: TensorMap, overrides: Partial<TunerOptions> = {}): Promise<void> {
  const scoring: ScoringCodec = {
    decode: () => ({ request: { inputs: example, parameters: new Map() }, form: 'tensors' }),
    encode: () => '',
  }
  tuned = await tuneModel(await writeSequenceModel(folder, use), {
    samples: [null],
    overrides: { scoring, ...overrides },
  })
}

async function expectAsAlone(engine: Predictor, parts: readonly TensorMap[]): Promise<void> {
  const { joining } = tuned.plan!
  const together = joining.split(await engine.predict(joining.join(parts)), parts)
  for (const [index, part] of parts.entries()) {
    for (const [name, { shape, data }] of await engine.predict(part)) {
      const own = together[index]!.get(name)!
      expect(own.shape).toEqual(shape)
      const largest = Math.max(...Array.from(data as Float32Array, Math.abs))
      for (const [place, value] of (data as Float32Array).entries()) {
        expect(Math.abs((own.data[place] as number) - value)).toBeLessThanOrEqual(1e-5 * largest)
      }
    }
  }
}

describe('a model with a mask', () => {
  test('has sequences of different lengths in one batch', async () => {
    await tune('heeded', request([WORDS]))
    expect(tuned.state).toMatchObject({ state: 'on', reason: expect.stringContaining('different lengths') })
    const parts = [request([[4, 5, 6]]), request([[1], [2]]), request([[9, 8, 7, 6, 5, 4, 3]])]
    const { joining } = tuned.plan!
    for (const part of parts) expect(joining.fits(parts[0]!, part)).toBe(true)
    await expectAsAlone(tuned.engine, parts)
  })

  test('answers many requests at once as one after the other', async () => {
    const plans: (BatchPlan | undefined)[] = []
    await tune('heeded', request([WORDS]), { batcher: { use: (plan) => void plans.push(plan) } })
    const batcher = new DynamicBatcher(tuned.engine, { placement: 'inline' })
    const requests = Array.from({ length: 40 }, (_, index) =>
      request(Array.from({ length: 1 + (index % 3) }, () => WORDS.slice(0, 1 + ((index * 7) % 10)))),
    )
    const alone = await Promise.all(requests.map((each) => batcher.predict(each)))
    expect(batcher.stats.batches).toBe(0)
    batcher.use(plans.at(-1))
    const together = await Promise.all(requests.map((each) => batcher.predict(each)))
    expect(batcher.stats.batches).toBeGreaterThan(0)
    for (const [index, outputs] of alone.entries()) {
      expect(firstDifference(outputs, together[index]!)).toBeUndefined()
    }
  })

  test('runs sequences of very different lengths apart, and gaps with their like', async () => {
    await tune('heeded', request([WORDS]))
    const { joining } = tuned.plan!
    const long = request([Array.from({ length: 40 }, () => 3)])
    const padded = request([[4, 5, 6, 0]], 3)
    expect(joining.fits(request([[4, 5, 6]]), long)).toBe(false)
    expect(joining.fits(request([[4, 5, 6, 7]]), padded)).toBe(false)
    expect(joining.fits(padded, request([[7, 8, 9, 0]], 3))).toBe(true)
    await expectAsAlone(tuned.engine, [padded, request([[7, 8, 0, 0]], 2)])
  })

  test('that ignores it has one length a batch', async () => {
    await tune('ignored', request([WORDS]))
    expect(tuned.state).toMatchObject({ state: 'on', reason: expect.stringContaining('run apart') })
    const { joining } = tuned.plan!
    expect(joining.fits(request([[4, 5, 6]]), request([[1, 2]]))).toBe(false)
    await expectAsAlone(tuned.engine, [request([[4, 5, 6]]), request([[7, 8, 9]])])
  })

  test('that ignores it is not trusted with it by hand', async () => {
    await tune('ignored', request([WORDS]), { batching: { mode: 'on', maxBatchRows: 8 } })
    expect(tuned.state).toMatchObject({ state: 'on', reason: expect.stringContaining('without proof') })
    expect(tuned.plan!.joining.fits(request([[4, 5, 6]]), request([[1, 2]]))).toBe(false)
  })

  test('has the padding of its example taken off, to know how long sequences are', async () => {
    await tune('heeded', request([[...WORDS, 0, 0]], WORDS.length))
    expect(tuned.state.reason).toContain('different lengths among them')
  })
})
