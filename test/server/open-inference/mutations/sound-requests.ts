/** A REST request that is answered 200, in the parts that it is damaged in. */
export interface SoundRequest {
  readonly path: string
  readonly json: Readonly<Record<string, unknown>>
  /** What comes after the JSON; undefined where all of it is JSON. */
  readonly tail: Buffer | undefined
}

const FLOATS = [1.5, -2, 3e38, 0.1]
const FP32_INFER = '/v2/models/fp32/infer'
const INT64_INFER = '/v2/models/int64/infer'
const BYTES_INFER = '/v2/models/bytes/infer'
const ADD_SUB_INFER = '/v2/models/add-sub/infer'

function json(path: string, body: Readonly<Record<string, unknown>>): SoundRequest {
  return { path, json: body, tail: undefined }
}

function tensor(name: string, datatype: string, shape: readonly number[], data: readonly unknown[]) {
  return { name, datatype, shape, data }
}

function binary(name: string, datatype: string, shape: readonly number[], bytes: number) {
  return { name, datatype, shape, parameters: { binary_data_size: bytes } }
}

/** As the binary tensor data extension has them: each after its length. */
function texts(...values: readonly string[]): Buffer {
  return Buffer.concat(
    values.map((value) => {
      const bytes = Buffer.from(value)
      const length = Buffer.alloc(4)
      length.writeUInt32LE(bytes.length)
      return Buffer.concat([length, bytes])
    }),
  )
}

const TEXTS = texts('', 'größer', 'abc', 'z')

const JSON_REQUESTS: readonly SoundRequest[] = [
  json(FP32_INFER, { id: 'a', inputs: [tensor('x', 'FP32', [1, 4], FLOATS)] }),
  json(FP32_INFER, {
    parameters: { priority: 1, timeout: 60_000_000, sequence_id: 7 },
    inputs: [tensor('x', 'FP32', [2, 2], [FLOATS.slice(0, 2), FLOATS.slice(2)])],
    outputs: [{ name: 'y', parameters: { binary_data: true } }],
  }),
  json(FP32_INFER, {
    inputs: [tensor('x', 'FP32', [2, 2], FLOATS)],
    outputs: [{ name: 'y', parameters: { classification: 2 } }],
  }),
  json(INT64_INFER, { inputs: [tensor('x', 'INT64', [1, 3], [1, -(2 ** 53), 42])] }),
  json(BYTES_INFER, { id: '7', inputs: [tensor('x', 'BYTES', [2, 2], ['', 'größer', 'abc', 'z'])] }),
  json(ADD_SUB_INFER, {
    inputs: [
      tensor('a', 'INT32', [1, 16], Array(16).fill(3)),
      tensor('b', 'INT32', [1, 16], Array(16).fill(-4)),
    ],
    outputs: [{ name: 'difference' }],
    parameters: { binary_data_output: true },
  }),
  json('/v2/models/iris/infer', {
    inputs: ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)'].map((name) =>
      tensor(name, 'FP64', [2], [5.1, 4.9]),
    ),
  }),
  json('/v2/models/fixed/infer', { inputs: [tensor('x', 'FP32', [2, 3], [1, 2, 3, 4, 5, 6])] }),
  // Large enough for bodies that are read where the model runs.
  json(FP32_INFER, {
    inputs: [
      tensor(
        'x',
        'FP32',
        [200, 100],
        Array.from({ length: 20_000 }, (_, index) => index / 7),
      ),
    ],
  }),
  json('/v1/models/fp32:predict', { instances: [FLOATS, FLOATS] }),
  json('/v1/models/add-sub:predict', { inputs: { a: [Array(16).fill(3)], b: [Array(16).fill(4)] } }),
]

const BINARY_REQUESTS: readonly SoundRequest[] = [
  {
    path: FP32_INFER,
    json: { inputs: [binary('x', 'FP32', [1, 4], 16)], parameters: { binary_data_output: true } },
    tail: Buffer.from(Float32Array.from(FLOATS).buffer),
  },
  {
    path: INT64_INFER,
    json: { id: 'b', inputs: [binary('x', 'INT64', [2, 1], 16)] },
    tail: Buffer.from(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n).buffer),
  },
  {
    path: BYTES_INFER,
    json: {
      inputs: [binary('x', 'BYTES', [2, 2], TEXTS.length)],
      outputs: [{ name: 'y', parameters: { binary_data: true } }],
    },
    tail: TEXTS,
  },
  {
    path: ADD_SUB_INFER,
    json: {
      inputs: [tensor('a', 'INT32', [1, 16], Array(16).fill(3)), binary('b', 'INT32', [1, 16], 64)],
      outputs: [{ name: 'sum', parameters: { binary_data: true } }, { name: 'difference' }],
    },
    tail: Buffer.alloc(64, 1),
  },
  {
    path: FP32_INFER,
    json: { inputs: [binary('x', 'BF16', [1, 4], 8)] },
    tail: Buffer.from(Uint16Array.of(0x3f80, 0xc000, 0x7f80, 0).buffer),
  },
  {
    path: FP32_INFER,
    json: { inputs: [binary('x', 'FP32', [300, 100], 120_000)], parameters: { binary_data_output: true } },
    tail: Buffer.alloc(120_000, 63),
  },
]

/** Requests to the models of `datatype-models.ts`, and to iris by the columns of its signature. */
export const SOUND_REQUESTS: readonly SoundRequest[] = [...JSON_REQUESTS, ...BINARY_REQUESTS]
