import type { ConformanceCase, Level } from '../conformance-case.ts'
import { GRPC_CODES } from '../grpc/grpc-peer.ts'
import { contentsRequest, hasContents, inferRequest, rawRequest } from '../grpc/infer-message.ts'
import { type Clause, clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import type { JsonObject } from '../wire/read-answer.ts'
import { UNKNOWN } from './unknown-names.ts'

const group = 'grpc-errors'
const INFER = clauseOf('grpc', 'ModelInferRequest')
const INPUT = clauseOf('grpc', 'InferInputTensor')
const RAW = clauseOf('grpc', 'raw_input_contents')

/** Codes that say whose mistake it was: UNKNOWN, INTERNAL and DATA_LOSS say that it was the server's. */
const SERVER_FAILURES: readonly number[] = [2, 13, 15]

export const GRPC_ERROR_CASES: readonly ConformanceCase[] = [
  ...refused('unknown-model', 'must', INFER, 'a model that is not there', (bench) => ({
    ...inferRequest(bench),
    model_name: UNKNOWN,
  })),
  ...refused('unknown-version', 'must', INFER, 'a version that is not there', (bench) => ({
    ...inferRequest(bench),
    model_version: '987654',
  })),
  ...refused('no-inputs', 'must', INFER, 'a request without inputs', (bench) => ({
    ...inferRequest(bench),
    inputs: [],
    raw_input_contents: [],
  })),
  ...refused(
    'unknown-input',
    'must',
    INPUT,
    'an input of an unknown name',
    changed(() => ({ name: UNKNOWN })),
  ),
  ...refused(
    'unknown-datatype',
    'must',
    INPUT,
    'a datatype that there is not',
    changed(() => ({ datatype: 'FLOAT32' })),
  ),
  ...refused(
    'negative-size',
    'must',
    INPUT,
    'a negative dimension',
    changed(() => ({ shape: [-1, 1] })),
  ),
  ...refused(
    'too-many-elements',
    'must',
    INPUT,
    'a shape of more elements than there are',
    changed(({ shape }) => ({
      shape: [Number((shape as readonly number[])[0]) + 3, ...(shape as readonly number[]).slice(1)],
    })),
  ),
  ...refused('unknown-output', 'must', INFER, 'an output of an unknown name', (bench) => ({
    ...inferRequest(bench),
    outputs: [{ name: UNKNOWN }],
  })),
  ...refused('raw-too-short', 'must', RAW, 'raw contents that are too short', (bench) =>
    withRaw(bench, (bytes) => bytes.subarray(0, -1)),
  ),
  ...refused('raw-too-long', 'must', RAW, 'raw contents that are too long', (bench) =>
    withRaw(bench, (bytes) => Buffer.concat([bytes, bytes, Buffer.alloc(3)])),
  ),
  ...refused('raw-for-too-many', 'must', RAW, 'raw contents for more inputs than there are', (bench) => {
    const request = rawRequest(bench)
    const raw = request['raw_input_contents'] as readonly Uint8Array[]
    return { ...request, raw_input_contents: [...raw, ...raw] }
  }),
  ...refused('raw-and-contents', 'must', RAW, 'typed and raw contents at once', (bench) => {
    if (!hasContents(bench.sample)) notApplicable('a datatype of the inputs has no typed contents')
    return { ...rawRequest(bench), inputs: contentsRequest(bench)['inputs'] }
  }),
  {
    id: 'grpc-errors.not-found',
    group,
    level: 'should',
    title: 'The code for a model that is not there is NOT_FOUND',
    clause: INFER,
    async run(bench) {
      const { code } = await bench.grpc.call('ModelInfer', { ...inferRequest(bench), model_name: UNKNOWN })
      must(code === GRPC_CODES.notFound, 'the code should be 5 (NOT_FOUND)', code)
    },
  },
  {
    id: 'grpc-errors.metadata-unknown-model',
    group,
    level: 'must',
    title: 'ModelMetadata of a model that is not there fails',
    clause: clauseOf('grpc', 'ModelMetadata'),
    async run({ grpc }) {
      const { code } = await grpc.call('ModelMetadata', { name: UNKNOWN })
      must(code !== GRPC_CODES.ok, 'the call must fail', code)
    },
  },
]

type Make = (bench: TestBench) => JsonObject

function refused(
  name: string,
  level: Level,
  clause: Clause,
  what: string,
  make: Make,
): readonly ConformanceCase[] {
  const codeOf = async (bench: TestBench) => (await bench.grpc.call('ModelInfer', make(bench))).code
  return [
    {
      id: `grpc-errors.${name}`,
      group,
      level,
      title: `ModelInfer with ${what} fails`,
      clause,
      async run(bench) {
        const code = await codeOf(bench)
        must(code !== GRPC_CODES.ok, `${what} must be refused`, code)
        must(code !== GRPC_CODES.unavailable, `${what} must not make the server unavailable`, code)
      },
    },
    {
      id: `grpc-errors.${name}-code`,
      group,
      level: 'should',
      title: `The code for ${what} tells of the client’s mistake`,
      clause,
      async run(bench) {
        const code = await codeOf(bench)
        const isClients = code !== GRPC_CODES.ok && !SERVER_FAILURES.includes(code)
        must(isClients, 'the code should be one of the client’s mistakes', code)
      },
    },
  ]
}

function changed(change: (input: JsonObject) => JsonObject): Make {
  return (bench) => {
    const request = inferRequest(bench)
    const [first, ...others] = request['inputs'] as readonly JsonObject[]
    return { ...request, inputs: first === undefined ? [] : [{ ...first, ...change(first) }, ...others] }
  }
}

function withRaw(bench: TestBench, change: (bytes: Uint8Array) => Uint8Array): JsonObject {
  const request = rawRequest(bench)
  const [first = Buffer.alloc(0), ...others] = request['raw_input_contents'] as readonly Uint8Array[]
  return { ...request, raw_input_contents: [change(first), ...others] }
}
