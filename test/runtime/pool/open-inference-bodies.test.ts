import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serializeError } from '../../../src/core/errors.ts'
import type { Predictor } from '../../../src/core/predictor.ts'
import { newTiming } from '../../../src/core/timing.ts'
import { flavorFor } from '../../../src/flavors/flavor-table.ts'
import { scoringHabits } from '../../../src/flavors/scoring-habits.ts'
import { compileOpenInferenceCodec } from '../../../src/protocols/open-inference/compile-open-inference-codec.ts'
import type { OpenInferenceCodec } from '../../../src/protocols/open-inference/open-inference-codec.ts'
import { compileV1Codec } from '../../../src/protocols/v1/compile-v1-codec.ts'
import type { OpenInferenceBody } from '../../../src/runtime/body-scorer.ts'
import { WorkerPool } from '../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../../src/runtime/pool/worker-threads.ts'
import { prepareModel } from '../../../src/runtime/prepare-model.ts'

const IRIS = join(import.meta.dirname, '../../../models/iris/1')
const SERVED_AS = { name: 'iris', version: '3' }

let pool: WorkerPool
let predictor: Predictor
let codec: OpenInferenceCodec

beforeAll(async () => {
  const mlmodel = await prepareModel(IRIS)
  predictor = await (await flavorFor(mlmodel)).load(mlmodel, { intraOpThreads: 1 })
  const { inputs, outputs, batchable } = predictor
  const { signature } = mlmodel
  codec = compileOpenInferenceCodec({
    ...SERVED_AS,
    ...{ signature, inputs, outputs, batchable },
    ...scoringHabits(mlmodel),
  })
  const threads = new WorkerThreads({ maxThreads: 1 })
  pool = await WorkerPool.open(threads, { mlmodel, intraOpThreads: 1 }, 1)
})

afterAll(() => Promise.all([pool.close(), predictor.close()]))

interface Given {
  readonly body: Uint8Array
  readonly headerLength?: number
}

function dialect(headerLength: number | undefined, model = SERVED_AS): OpenInferenceBody {
  return { protocol: 'open-inference', model, headerLength }
}

async function here({ body, headerLength }: Given): Promise<unknown> {
  try {
    const { request, form } = codec.decode(body, headerLength)
    const { inputs, parameters, outputs } = request
    const given = { parameters, ...(outputs === undefined ? {} : { outputs }) }
    const reply = codec.encode(await predictor.predict(inputs, given), form)
    return { octets: Buffer.from(reply.body).toString('hex'), headerLength: reply.headerLength, id: form.id }
  } catch (error) {
    return serializeError(error)
  }
}

async function there({ body, headerLength }: Given): Promise<unknown> {
  try {
    const { octets, id, ...reply } = await pool.score(body, dialect(headerLength), {})
    return { octets: Buffer.from(octets).toString('hex'), headerLength: reply.headerLength, id }
  } catch (error) {
    return serializeError(error)
  }
}

/** The model's own input, of so many rows, with what else a request says. */
function given(rows: number, more: object = {}): object {
  const { name, datatype } = predictor.inputs[0]!
  const data = Array.from({ length: rows * 4 }, (_, n) => n / 8)
  return { inputs: [{ name, datatype, shape: [rows, 4], data }], ...more }
}

function json(value: unknown): Given {
  return { body: Buffer.from(JSON.stringify(value)) }
}

function binary(values: Float32Array): Given {
  const { name, datatype } = predictor.inputs[0]!
  const parameters = { binary_data_size: values.byteLength }
  const inputs = [{ name, datatype, shape: [values.length / 4, 4], parameters }]
  const head = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }))
  return { body: Buffer.concat([head, Buffer.from(values.buffer)]), headerLength: head.length }
}

describe('a body of the Open Inference Protocol in a worker', () => {
  test('is answered as in this thread, whatever its form', async () => {
    const output = { name: predictor.outputs.at(-1)!.name, parameters: { binary_data: true } }
    const bodies: readonly Given[] = [
      json(given(1)),
      json(given(1000, { id: 'Zoë' })),
      json(given(2, { outputs: [output] })),
      json(given(2000, { outputs: [output] })),
      json(given(0)),
      binary(new Float32Array(40).fill(0.5)),
      { body: Buffer.from(new Float32Array(4).buffer), headerLength: 0 },
    ]
    for (const body of bodies) {
      const answer = await there(body)
      expect(answer).toHaveProperty('octets')
      expect(answer).toEqual(await here(body))
    }
  })

  test('is refused as in this thread', async () => {
    const { body, headerLength } = binary(new Float32Array(40))
    const bodies: readonly Given[] = [
      ...['', '{', '[]', '{}', '{"inputs": []}', '\ud800', '{"inputs": 1e999}'].map((text) => ({
        body: Buffer.from(text),
      })),
      json(given(1, { outputs: [{ name: 'nowhere' }] })),
      { body, headerLength: headerLength! - 1 },
      { body, headerLength: body.length + 1 },
      { body: body.subarray(0, -1), headerLength: headerLength! },
      { body: Buffer.alloc(5), headerLength: 0 },
    ]
    for (const refused of bodies) {
      const answer = await there(refused)
      expect(answer).toHaveProperty('message')
      expect(answer).toEqual(await here(refused))
    }
  })

  test('names the model as it is served, also after it was served as another', async () => {
    for (const name of ['iris', 'flowers', 'iris']) {
      const { octets } = await pool.score(json(given(1)).body, dialect(undefined, { name, version: '7' }), {})
      expect(JSON.parse(Buffer.from(octets).toString())).toMatchObject({
        model_name: name,
        model_version: '7',
      })
    }
  })

  test('of V1 is answered as in this thread', async () => {
    const { signature } = await prepareModel(IRIS)
    const v1 = compileV1Codec({ signature, inputs: predictor.inputs, outputs: predictor.outputs })
    const columns = signature!.inputs!.kind === 'columns' ? signature!.inputs!.columns : []
    const row = Object.fromEntries(columns.map(({ name }) => [name, 1.5]))
    const body = Buffer.from(JSON.stringify({ instances: [row, row] }))
    const { request, form } = v1.decode(body)
    const reply = v1.encode(await predictor.predict(request.inputs), form)
    const { octets } = await pool.score(body, { protocol: 'v1' }, {})
    expect(Buffer.from(octets).toString()).toBe(reply)
    await expect(pool.score(Buffer.from('{}'), { protocol: 'v1' }, {})).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    })
  })

  test('fills in the times and the rows that it held', async () => {
    const timing = newTiming()
    await pool.score(json(given(300)).body, dialect(undefined), { timing })
    expect(timing).toMatchObject({ rows: 300, batchRows: 300 })
    expect(timing.parse).toBeGreaterThan(0)
    expect(timing.serialise).toBeGreaterThan(0)
  })
})
