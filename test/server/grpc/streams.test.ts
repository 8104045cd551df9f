import { setTimeout as delay } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import { SumPredictor } from '../../fixtures/predictors.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'
import { inferRequest, type Message, startGrpc, sumsOf, TestClient } from './support.ts'

interface Ended {
  readonly answers: Message[]
  readonly status: { readonly code: number; readonly details: string }
}

/** Everything that comes over a stream. */
async function all(stream: ReturnType<TestClient['stream']>): Promise<Ended> {
  const answers: Message[] = []
  stream.on('error', () => {})
  stream.on('data', (answer: Message) => answers.push(answer))
  const ended = await new Promise<Ended['status']>((resolve) => stream.on('status', resolve))
  return { answers, status: ended }
}

function row(value: number, extra: object = {}): object {
  return inferRequest([[value, 0, 0, 0]], { id: `r${value}`, ...extra })
}

describe('ModelStreamInfer', () => {
  test('answers each request in its turn, and tells of errors without ending', async () => {
    const { address } = await startGrpc()
    const stream = new TestClient(address).stream('ModelStreamInfer')
    for (let value = 0; value < 300; value += 1)
      stream.write(row(value, value === 150 ? { model_name: 'none' } : {}))
    stream.end()
    const { answers, status: ended } = await all(stream)
    expect(ended.code).toBe(status.OK)
    expect(answers.map(({ infer_response: reply }) => (reply as Message)['id'])).toEqual(
      Array.from({ length: 300 }, (_, value) => `r${value}`),
    )
    for (const [value, { error_message: error, infer_response: reply }] of answers.entries()) {
      if (value === 150) expect(error).toMatch(/No model is served as 'none'/)
      else expect(sumsOf(reply as Message)).toEqual([value])
    }
  })

  test('tells which answer is the last where the client wants to know', async () => {
    const { address } = await startGrpc()
    const stream = new TestClient(address).stream('ModelStreamInfer')
    const parameters = { triton_enable_empty_final_response: { bool_param: true } }
    stream.write(row(1, { parameters }))
    stream.write(row(2))
    stream.write(row(3, { parameters, model_name: 'none' }))
    stream.end()
    const { answers } = await all(stream)
    const flags = answers.map(
      ({ infer_response: reply }) =>
        (reply as { parameters: Record<string, Message> }).parameters['triton_final_response']?.[
          'bool_param'
        ],
    )
    expect(flags).toEqual([true, undefined, true])
  })

  test('works on a bounded number at a time, and drops all of them when the client leaves', async () => {
    const predictor = new SumPredictor({ runMs: 300, maxConcurrency: 1000 })
    const models = new FakeModels(fakeModel({ predictor }))
    const { address, server } = await startGrpc({ models })
    const { admission } = models.default()!
    const stream = new TestClient(address).stream('ModelStreamInfer')
    stream.on('error', () => {})
    for (let value = 0; value < 500; value += 1) stream.write(row(value))
    while (admission.requests < 64) await delay(5)
    await delay(100)
    expect(admission.requests).toBe(64)
    stream.cancel()
    const metrics = async () => await (await fetch(`${server.url}/metrics`)).text()
    while (!/headrace_requests_total\{model="sums",[^}]*code="499"\}/.test(await metrics())) await delay(20)
    while (admission.requests > 0) await delay(20)
  })

  test('needs a key where there are any', async () => {
    const { address } = await startGrpc({ apiKeys: ['secret'] })
    const stream = new TestClient(address).stream('ModelStreamInfer')
    stream.write(row(1))
    expect((await all(stream)).status.code).toBe(status.UNAUTHENTICATED)
    const allowed = new TestClient(address).stream('ModelStreamInfer', {
      metadata: { 'x-api-key': 'secret' },
    })
    allowed.end(row(1))
    expect((await all(allowed)).answers).toHaveLength(1)
  })
})

describe('a server that stops', () => {
  test('answers what is under way, ends streams after their last answer, and closes connections', async () => {
    const models = new FakeModels(
      fakeModel({ predictor: new SumPredictor({ runMs: 2000, maxConcurrency: 8 }) }),
    )
    const { address, server, grpc } = await startGrpc({ models })
    const client = new TestClient(address)
    const call = client.call('ModelInfer', inferRequest([[1, 2, 3, 4]]))
    const stream = client.stream('ModelStreamInfer')
    stream.write(row(7))
    const streamed = all(stream)
    const watch = client.stream('Health/Watch')
    watch.write({ service: '' })
    const watched = all(watch)
    while (models.default()!.admission.requests < 2) await delay(5)
    await server.stop({ graceMs: 20_000 })
    expect(sumsOf((await call).reply)).toEqual([10])
    const { answers, status: ended } = await streamed
    expect(sumsOf(answers[0]!['infer_response'] as Message)).toEqual([7])
    expect(ended.code).toBe(status.UNAVAILABLE)
    expect((await watched).answers.at(-1)).toEqual({ status: 'NOT_SERVING' })
    expect(grpc.openConnections).toBe(0)
  })

  test('cuts off what takes longer than it may', async () => {
    const models = new FakeModels(fakeModel({ predictor: new SumPredictor({ runMs: 3000 }) }))
    const { address, server } = await startGrpc({ models })
    const call = new TestClient(address)
      .call('ModelInfer', inferRequest([[1, 2, 3, 4]]))
      .catch((error: unknown) => error)
    while (models.default()!.admission.requests < 1) await delay(5)
    await server.stop({ graceMs: 50 })
    expect(await call).toMatchObject({ code: status.UNAVAILABLE })
  })

  test('sends clients away as it departs, and answers those who come', async () => {
    const { address, server } = await startGrpc()
    const client = new TestClient(address)
    await client.call('ModelInfer', inferRequest([[1, 2, 3, 4]]))
    server.depart()
    expect((await client.call('ServerReady')).reply).toEqual({ ready: false })
    expect(sumsOf((await client.call('ModelInfer', inferRequest([[1, 2, 3, 4]]))).reply)).toEqual([10])
  })
})
