import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { servedModels } from '../../conformance/support/served-models.ts'
import { startGrpc } from '../../server/grpc/support.ts'
import { bodiesOf, find } from '../support/find-bodies.ts'
import { faultsOf } from '../support/payload-faults.ts'

const model = (path: string) => fileURLToPath(new URL(`../../../models/${path}`, import.meta.url))

describe('of Headrace', () => {
  it.each(['iris/1', 'text/1', 'half/1', 'multi/1'])(
    'all dialects take bodies for the model %s, and answer them rightly',
    async (path) => {
      const url = await servedModels({ served: model(path) })
      const ways = [
        {},
        { dialect: 'mlflow', modelName: 'served' },
        { dialect: 'open-inference' },
        { dialect: 'open-inference', binary: true },
        { dialect: 'v1' },
      ] as const
      for (const way of ways) {
        const target = await find(url, { ...way, rows: 3 })
        expect(target.payloads.map(({ rows }) => rows)).toEqual(Array(8).fill(3))
        expect(target.payloads[0]?.expected.check).toMatchObject({ kind: 'predictions', rows: 3 })
        expect(await faultsOf(target)).toEqual([])
        expect(new Set(bodiesOf(target)).size).toBe(8)
      }
    },
  )

  it('is asked by MLflow’s protocol unless another is wanted, in the ranges of the example that it shows', async () => {
    const target = await find(await servedModels({ iris: model('iris/1') }))
    expect(target).toMatchObject({ transport: 'http', dialect: 'mlflow' })
    expect(target.found).toEqual([
      expect.stringMatching(/^headrace \d/),
      '4 columns from the error message about its schema',
      'ranges from the input example',
      '8 bodies of 1 row',
      'answers need a prediction for each row, all finite',
    ])
  })

  it('gets the same bodies for the same seed', async () => {
    const url = await servedModels({ iris: model('iris/1') })
    const [first, second, other] = [await find(url), await find(url), await find(url, { seed: 2 })]
    expect(bodiesOf(second)).toEqual(bodiesOf(first))
    expect(bodiesOf(other)).not.toEqual(bodiesOf(first))
  })

  it('is asked at the path of the URL', async () => {
    const url = await servedModels({ iris: model('iris/1'), text: model('text/1') })
    const scoring = await find(`${url}/models/text/invocations`)
    expect([scoring.dialect, scoring.payloads[0]?.path]).toEqual(['mlflow', '/models/text/invocations'])
    const infer = await find(`${url}/v2/models/text/infer`)
    expect([infer.dialect, infer.payloads[0]?.path]).toEqual(['open-inference', '/v2/models/text/infer'])
    const predict = await find(`${url}/v1/models/text:predict`)
    expect([predict.dialect, predict.payloads[0]?.path]).toEqual(['v1', '/v1/models/text:predict'])
    const ping = await find(`${url}/ping?a=b`)
    expect(ping).toMatchObject({ dialect: 'plain', payloads: [{ method: 'GET', path: '/ping?a=b' }] })
    for (const target of [scoring, infer, predict, ping]) expect(await faultsOf(target)).toEqual([])
  })

  it('answers as it did the first time, where that is to be checked', async () => {
    const url = await servedModels({ iris: model('iris/1') })
    const target = await find(url, { check: 'golden' })
    expect(target.payloads[0]?.expected.check).toMatchObject({ kind: 'golden' })
    expect(await faultsOf(target)).toEqual([])
    const binary = await find(url, { check: 'golden', dialect: 'open-inference', binary: true })
    expect(await faultsOf(binary)).toEqual([])
  })

  it('has its models told apart from those that it has not', async () => {
    const url = await servedModels({ iris: model('iris/1') })
    await expect(find(`${url}/v2/models/none/infer`)).rejects.toThrow(
      /\/v2\/models\/none\/infer answers 404 to every request: No model is served as 'none'/,
    )
  })

  it('does not speak gRPC where it speaks HTTP', async () => {
    const url = await servedModels({ iris: model('iris/1') })
    await expect(find(url.replace('http:', 'grpc:'))).rejects.toThrow(
      'does not answer: it does not speak gRPC. Is it an http:// address?',
    )
  })

  it('is asked by gRPC with values as bytes', async () => {
    const { address } = await startGrpc()
    const target = await find(`grpc://${address}`, { modelName: 'sums', rows: 2 })
    expect(target).toMatchObject({
      transport: 'grpc',
      origin: `grpc://${address}`,
      dialect: 'open-inference',
    })
    expect(target.payloads[0]).toMatchObject({
      path: '/inference.GRPCInferenceService/ModelInfer',
      rows: 2,
      expected: { status: 0, check: { kind: 'predictions', rows: 2, form: 'protobuf' } },
    })
  })
})

it('does not take what is no URL of a server', async () => {
  await expect(find('http://127.0.0.1:1/v2/models/%zz/infer')).rejects.toThrow('does not answer')
  for (const url of ['localhost:5000', 'ftp://host', 'http://user:secret@host', '']) {
    await expect(find(url)).rejects.toThrow(/no URL that load can go to|no password in it/)
  }
  await expect(find('http://127.0.0.1:1')).rejects.toThrow('http://127.0.0.1:1 does not answer')
  await expect(find('grpc://127.0.0.1:1')).rejects.toThrow(
    'grpc://127.0.0.1:1 does not answer: the connection was refused',
  )
})
