import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../../src/runtime/model-repository.ts'
import { buildApp } from '../../../src/server/app.ts'
import { listen, type RunningServer } from '../../../src/server/listen.ts'

/** The models in `models/`, asked by MLflow's protocol, by V1 and by V2: the answers are the same. */
const ROOT = resolve(import.meta.dirname, '../../../models')
const FRAMES = ['iris/2', 'breast-cancer/1', 'multi/1', 'text/1', 'params/1'] as const
const ARRAYS = ['digits/1', 'half/1', 'series/1'] as const

const repository = new ModelRepository({
  placement: 'inline',
  expectedModels: FRAMES.length + ARRAYS.length,
  resolve: async (uri) => ({
    ...{ uri, canonicalUri: uri, name: uri, path: resolve(ROOT, uri), version: undefined, alias: undefined },
    origin: { kind: 'local' as const, location: uri, registry: undefined },
  }),
})
let server: RunningServer

beforeAll(async () => {
  const logger = pino({ level: 'silent' })
  const app = await buildApp({ models: repository, dataPlane: new DataPlane(), logger })
  await Promise.all([...FRAMES, ...ARRAYS].map((uri) => repository.load(uri)))
  server = await listen(app, { host: '127.0.0.1', port: 0 })
})

afterAll(async () => {
  await server.stop({ graceMs: 0 })
  await repository.close()
})

async function post(path: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
  const reply = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await reply.text()
  expect([path, reply.status, text]).toEqual([path, 200, expect.any(String)])
  return JSON.parse(text) as Readonly<Record<string, unknown>>
}

function example(model: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(resolve(ROOT, model, 'serving_input_example.json'), 'utf8'))
}

interface Split {
  readonly columns: readonly string[]
  readonly data: readonly (readonly unknown[])[]
}

interface V2Reply {
  readonly outputs: readonly { readonly name: string; readonly shape: number[]; readonly data: unknown[] }[]
}

describe.each(FRAMES)('%s', (model) => {
  const name = encodeURIComponent(model)
  const { columns, data } = example(model)['dataframe_split'] as Split
  const records = data.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])))
  const whole = Object.fromEntries(columns.map((column, at) => [column, data.map((row) => row[at])]))

  test('answers rows as it answers columns', async () => {
    const { predictions } = (await post(`/v1/models/${name}:predict`, { instances: records })) as {
      predictions: readonly unknown[]
    }
    expect(predictions).toHaveLength(data.length)
    const { outputs } = await post(`/v1/models/${name}:predict`, { inputs: whole })
    if (Array.isArray(outputs)) {
      expect(predictions).toEqual(outputs)
    } else {
      for (const [output, values] of Object.entries(outputs as Record<string, unknown[]>)) {
        expect(predictions.map((row) => (row as Record<string, unknown>)[output])).toEqual(values)
      }
    }
  })

  test('answers V2 by the columns of the signature as V1', async () => {
    const metadata = (await (await fetch(`${server.url}/v2/models/${name}`)).json()) as {
      inputs: readonly { name: string; datatype: string; shape: readonly number[] }[]
    }
    const inputs = columns.map((column, at) => {
      const own = metadata.inputs.find((input) => input.name === column)
      const shape = own?.shape.length === 2 ? [data.length, 1] : [data.length]
      return { name: column, shape, datatype: own?.datatype ?? 'FP64', data: data.map((row) => row[at]) }
    })
    const { outputs } = (await post(`/v2/models/${name}/infer`, { inputs })) as unknown as V2Reply
    const v1 = await post(`/v1/models/${name}:predict`, { inputs: whole })
    for (const output of outputs) {
      expect(output.shape[0]).toBe(data.length)
      const values =
        outputs.length === 1 ? v1['outputs'] : (v1['outputs'] as Record<string, unknown>)[output.name]
      expect((values as unknown[]).flat(Number.POSITIVE_INFINITY)).toEqual(output.data)
    }
  })
})

describe.each(ARRAYS)('%s', (model) => {
  const name = encodeURIComponent(model)

  test('answers whole tensors as MLflow’s protocol', async () => {
    const { inputs } = example(model)
    const { predictions } = await post(`/models/${name}/invocations`, { inputs })
    const { outputs } = await post(`/v1/models/${name}:predict`, { inputs })
    expect(Object.keys(outputs as object)).toEqual(Object.keys(predictions as object))
    for (const [output, values] of Object.entries(outputs as Record<string, unknown[]>)) {
      const expected = (predictions as Record<string, unknown[]>)[output] as unknown[]
      expect(values.flat(Number.POSITIVE_INFINITY)).toEqual(
        (expected.flat(Number.POSITIVE_INFINITY) as number[]).map((value) => expect.closeTo(value, 5)),
      )
    }
  })
})
