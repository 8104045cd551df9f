import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { evaluationFailed } from '../../../src/core/errors.ts'
import type { PredictOptions } from '../../../src/core/predictor.ts'
import type { TensorMap } from '../../../src/core/tensor.ts'
import type { RolloutPlan } from '../../../src/rollout/rollout-plan.ts'
import { firstSplit } from '../../../src/rollout/split/split.ts'
import { isSampled } from '../../../src/server/rollouts/mirror.ts'
import { SumPredictor, slowPredictor } from '../../fixtures/predictors.ts'
import { startGrpc, TestClient } from '../grpc/support.ts'
import { type FakeModelInit, fakeModel } from '../support/fake-model.ts'
import { ONE_ROW, score, startServer } from '../support/running.ts'
import { comparison, rolloutOptions, rolloutPlan, rolloutState } from './support.ts'

const ALL_TO_A = [{ name: 'a', permille: 1000 }]

/** `a` answers, `s` gets copies. */
function shadowed(shadow: FakeModelInit, overrides: Partial<RolloutPlan> = {}, control: FakeModelInit = {}) {
  const plan = rolloutPlan({ variants: ALL_TO_A, shadows: ['s'], ...overrides })
  const models = [
    fakeModel({ name: 'a', version: '3', ...control }),
    fakeModel({ name: 's', version: '9', ...shadow }),
  ]
  return { ...rolloutOptions(plan, models), models }
}

const { mirror: MIRROR, guards: GUARDS } = rolloutPlan()

class OffByOne extends SumPredictor {
  protected override compute(x: Float32Array, rows: number, columns: number): TensorMap {
    return super.compute(
      x.map((value, index) => (index === 0 ? value + 1 : value)),
      rows,
      columns,
    )
  }
}

class Throwing extends SumPredictor {
  protected override compute(): never {
    throw evaluationFailed('It cannot be.')
  }
}

/** Never answers, unless it is taken back: as a native run that has no end. */
class Hanging extends SumPredictor {
  override predict(_inputs: TensorMap, _options?: PredictOptions): Promise<TensorMap> {
    return new Promise(() => {})
  }
}

describe('a shadow', () => {
  test('that agrees is told as such, with the key of the request', async () => {
    const { options, channel } = shadowed({})
    const { url } = await startServer(options)
    const made = await comparison(channel, () => score(url, ONE_ROW, { 'x-headrace-key': 'k' }))
    await channel.until(() => channel.observed.length > 0)
    const [, , key] = channel.observed[0]!
    expect(made).toMatchObject({ model: 's', step: 0, key, outcome: 'agrees' })
    expect(made.milliseconds).toBeGreaterThan(0)
  })

  test('that differs is told with its difference and an example without the inputs', async () => {
    const { options, channel } = shadowed({ predictor: new OffByOne() })
    const { url } = await startServer(options)
    const told = await comparison(channel, () => score(url))
    expect(told).toMatchObject({ outcome: 'differs' })
    expect(told.outputs).toEqual(
      expect.arrayContaining([expect.objectContaining({ output: 'sum', different: 1, elements: 1 })]),
    )
    expect(JSON.parse(told.example!)).toMatchObject({
      inputs: [{ shape: [1, 4] }],
      outputs: expect.arrayContaining([expect.objectContaining({ output: 'sum' })]),
    })
    expect(told.example).not.toContain('[1,2,3,4]')
  })

  test('has an example of a difference again when the rollout begins again', async () => {
    const { options, channel } = shadowed({ predictor: new OffByOne() })
    const { url } = await startServer(options)
    const examples = async (): Promise<number> => {
      const before = channel.compared.length
      const isCompared = (): boolean =>
        channel.compared.slice(before).some(({ outcome }) => outcome === 'differs')
      while (!isCompared()) {
        const { length } = channel.compared
        await score(url)
        await channel.until(() => channel.compared.length > length)
      }
      return channel.compared.filter(({ example }) => example !== undefined).length
    }
    expect(await examples()).toBe(1)
    expect(await examples()).toBe(1)
    channel.tell('iris', rolloutState({ variants: ['a'], split: firstSplit([1000]), step: 2 }))
    expect(await examples()).toBe(2)
  })

  test.each([
    ['throws', new Throwing()],
    ['hangs', new Hanging()],
    ['is slow', slowPredictor(3000)],
  ])('that %s delays and fails no answer', async (what, predictor) => {
    const { options, channel } = shadowed({ predictor }, { mirror: { ...MIRROR, maxConcurrent: 4 } })
    const { url } = await startServer(options)
    const replies = await Promise.all(Array.from({ length: 40 }, () => score(url)))
    expect(replies.every(({ status }) => status === 200)).toBe(true)
    await channel.until(() =>
      channel.compared.some(({ outcome }) => outcome === 'dropped' || outcome === 'fails'),
    )
    if (what === 'throws') {
      expect(await comparison(channel, () => score(url))).toMatchObject({ outcome: 'fails' })
    }
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(text).toMatch(/headrace_requests_total\{model="iris",version="3",code="200"\} 4\d\n/)
    expect(text).not.toContain('headrace_requests_total{model="s"')
    expect(text).toMatch(/headrace_rollout_mirrored_total\{rollout="iris",shadow="s",result="dropped"\} \d+/)
  })

  // An answer may take longer than the shadow where the machine stands still.
  test('is asked after the answer is sent', { retry: 4 }, async () => {
    class Blocking extends SumPredictor {
      override predict(inputs: TensorMap, options?: PredictOptions): Promise<TensorMap> {
        // Longer than an answer needs to its client.
        const until = performance.now() + 200
        while (performance.now() < until);
        return super.predict(inputs, options)
      }
    }
    const { options, channel } = shadowed({ predictor: new Blocking() })
    const { url } = await startServer(options)
    await comparison(channel, () => score(url))
    await channel.until(() => channel.observed.length > 0)
    expect(channel.observed.every(([, , , milliseconds]) => milliseconds < 200)).toBe(true)
  })

  test('with tensors of other names gets the same inputs', async () => {
    class Renamed extends SumPredictor {
      override readonly inputs = [{ name: 'input_1', datatype: 'FP32', shape: [-1, -1] }] as const
      override predict(inputs: TensorMap, options?: PredictOptions): Promise<TensorMap> {
        const x = inputs.get('input_1')!
        return new SumPredictor().predict(new Map([['x', x]]), options)
      }
    }
    const { options, channel } = shadowed({ predictor: new Renamed() })
    const { url } = await startServer(options)
    expect(await comparison(channel, () => score(url))).toMatchObject({ outcome: 'agrees' })
  })

  test('gets what came over gRPC', async () => {
    const { options, channel } = shadowed({ predictor: new OffByOne() })
    const { address } = await startGrpc(options)
    const inputs = [{ name: 'x', shape: [1, 2], datatype: 'FP32', contents: { fp32_contents: [1, 2] } }]
    const client = new TestClient(address)
    const send = () => client.call('ModelInfer', { model_name: 'iris', inputs })
    expect(await comparison(channel, send)).toMatchObject({ model: 's', outcome: 'differs' })
  })

  test('gets the outputs compared that the client wanted', async () => {
    const { options, channel } = shadowed({})
    const { url } = await startServer(options)
    const body = JSON.stringify({
      inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 2] }],
      outputs: [{ name: 'sum' }],
    })
    const infer = () => fetch(`${url}/v2/models/iris/infer`, { method: 'POST', body })
    const made = await comparison(channel, infer)
    expect(made.outputs.map(({ output }) => output)).toEqual(['sum'])
    expect(made.outcome).toBe('agrees')
  })

  test('is not asked where to compare its outputs would hold the thread that serves', async () => {
    const predictor = new SumPredictor()
    const { options, channel } = shadowed({ predictor })
    const { url } = await startServer(options)
    // Two outputs with an element for each row.
    await score(url, JSON.stringify({ inputs: Array.from({ length: 70_000 }, () => [1]) }))
    await channel.until(() => channel.compared.length > 0)
    expect(channel.compared.map(({ outcome }) => outcome)).toEqual(['too-large'])
    expect(predictor.runs).toEqual([])
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('{rollout="iris",shadow="s",result="too-large"} 1\n')
  })

  test('gets nothing of requests that failed, nor once the rollout is over', async () => {
    const { options, channel } = shadowed({}, {}, { predictor: new Throwing() })
    const { url } = await startServer(options)
    await score(url)
    const over = shadowed({})
    const { url: second } = await startServer(over.options)
    over.channel.tell(
      'iris',
      rolloutState({ variants: ['a'], phase: 'aborted', split: [{ end: 1000, variant: 0 }] }),
    )
    await score(second)
    await delay(100)
    expect([...channel.compared, ...over.channel.compared]).toEqual([])
  })

  test('gets a sample, by a hash of the request', async () => {
    const { options, channel } = shadowed({}, { mirror: { ...MIRROR, sample: 0.3 } })
    const { url } = await startServer(options)
    const ids = Array.from({ length: 60 }, (_, index) => `request-${index}`)
    for (const id of ids) await score(url, ONE_ROW, { 'x-request-id': id })
    const expected = ids.filter((id) => isSampled(id, 0.3)).length
    await channel.until(() => channel.compared.length >= expected)
    expect(channel.compared).toHaveLength(expected)
    expect(expected).toBeGreaterThan(5)
    expect(expected).toBeLessThan(35)
  })
})

test('a sample has the size that was asked for', () => {
  for (const sample of [0, 0.01, 0.25, 1]) {
    const ids = Array.from({ length: 20_000 }, (_, index) => `3f9a01-${index.toString(36)}`)
    const part = ids.filter((id) => isSampled(id, sample)).length / ids.length
    const error = 4 * Math.sqrt((sample * (1 - sample)) / ids.length)
    expect(Math.abs(part - sample)).toBeLessThanOrEqual(error)
  }
})

describe('a variant whose disagreement is guarded', () => {
  const plan = rolloutPlan({
    variants: [
      { name: 'a', permille: 0 },
      { name: 'b', permille: 1000 },
    ],
    guards: { ...GUARDS, disagreement: { floor: 0.02 } },
  })

  test('is compared with the control on its own requests', async () => {
    const models = [
      fakeModel({ name: 'a', version: '3' }),
      fakeModel({ name: 'b', version: '4', predictor: new OffByOne() }),
    ]
    const { options, channel } = rolloutOptions(plan, models)
    const { url } = await startServer(options)
    expect(await (await score(url)).json()).toEqual({ predictions: [11] })
    const made = await comparison(channel, () => score(url))
    expect(made).toMatchObject({ model: 'b', outcome: 'differs' })
  })

  test('is not blamed where it is the control that fails', async () => {
    const models = [
      fakeModel({ name: 'a', version: '3', predictor: new Throwing() }),
      fakeModel({ name: 'b', version: '4' }),
    ]
    const { options, channel } = rolloutOptions(plan, models)
    const { url } = await startServer(options)
    await score(url)
    await channel.until(() => channel.compared.length === 1)
    expect(channel.compared).toMatchObject([{ model: 'b', outcome: 'dropped' }])
  })
})
