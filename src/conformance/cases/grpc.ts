import { isRecord } from '../../core/record.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import { contentsRequest, hasContents, inferRequest, outputsOf, rawRequest } from '../grpc/infer-message.ts'
import { mustBeEqual } from '../same-tensors.ts'
import { clauseOf } from '../specification.ts'
import { readTensorDescription } from '../tensor-description.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import { type JsonObject, listMember, textMember, textsMember } from '../wire/read-answer.ts'
import { UNKNOWN } from './unknown-names.ts'

const group = 'grpc'
const INFER = clauseOf('grpc', 'ModelInferRequest')
const READY = clauseOf('grpc', 'ModelReady')

export const GRPC_CASES: readonly ConformanceCase[] = [
  {
    id: 'grpc.live',
    group,
    level: 'must',
    title: 'ServerLive is true',
    clause: clauseOf('grpc', 'ServerLive'),
    async run({ grpc }) {
      const { live } = await grpc.succeed('ServerLive', {})
      must(live === true, 'live must be true', live)
    },
  },
  {
    id: 'grpc.ready',
    group,
    level: 'must',
    title: 'ServerReady is true',
    clause: clauseOf('grpc', 'ServerReady'),
    run: ({ grpc }) => mustBeReady(grpc.succeed('ServerReady', {})),
  },
  {
    id: 'grpc.model-ready',
    group,
    level: 'must',
    title: 'ModelReady is true of the model',
    clause: READY,
    run: ({ grpc, subject }) => mustBeReady(grpc.succeed('ModelReady', { name: subject.modelName })),
  },
  {
    id: 'grpc.unknown-model-not-ready',
    group,
    level: 'must',
    title: 'ModelReady is false, or fails, of a model that is not there',
    clause: READY,
    async run({ grpc }) {
      const { code, message } = await grpc.call('ModelReady', { name: UNKNOWN })
      must(code !== 0 || message['ready'] === false, 'ready must be false', message['ready'])
    },
  },
  {
    id: 'grpc.server-metadata',
    group,
    level: 'must',
    title: 'ServerMetadata tell what REST tells',
    clause: clauseOf('grpc', 'ServerMetadata'),
    run: mustDescribeServer,
  },
  {
    id: 'grpc.model-metadata',
    group,
    level: 'must',
    title: 'ModelMetadata have the inputs and outputs that REST tells',
    clause: clauseOf('grpc', 'ModelMetadata'),
    run: mustDescribeModel,
  },
  {
    id: 'grpc.infer-contents',
    group,
    level: 'must',
    title: 'ModelInfer with typed contents gives what REST gives',
    clause: INFER,
    async run(bench) {
      if (!hasContents(bench.sample)) notApplicable('a datatype of the inputs has no typed contents')
      await mustEqualRest(bench, contentsRequest(bench))
    },
  },
  {
    id: 'grpc.infer-raw',
    group,
    level: 'must',
    title: 'ModelInfer with raw_input_contents gives what REST gives',
    clause: INFER,
    run: (bench) => mustEqualRest(bench, rawRequest(bench)),
  },
  {
    id: 'grpc.id-echo',
    group,
    level: 'must',
    title: 'The id of a request is in the reply',
    clause: clauseOf('grpc', 'ModelInferResponse'),
    async run(bench) {
      const { id } = await bench.grpc.succeed('ModelInfer', { ...inferRequest(bench), id: 'grpc-ü-42' })
      must(id === 'grpc-ü-42', 'id must be that of the request', id)
    },
  },
  {
    id: 'grpc.model-name',
    group,
    level: 'must',
    title: 'The reply names the model',
    clause: clauseOf('grpc', 'ModelInferResponse'),
    async run(bench) {
      const name = (await bench.grpc.succeed('ModelInfer', inferRequest(bench)))['model_name']
      must(name === bench.subject.modelName, `model_name must be ${bench.subject.modelName}`, name)
    },
  },
  {
    id: 'grpc.one-output',
    group,
    level: 'must',
    title: 'An output that is asked for by its name comes back, and no other',
    clause: INFER,
    run: mustReturnOne,
  },
  {
    id: 'grpc.unknown-parameters',
    group,
    level: 'extension',
    title: 'Parameters that the server does not know are taken',
    clause: clauseOf('parameters', 'Parameters Extension'),
    async run(bench) {
      bench.mustAnnounce('parameters')
      const parameters = {
        'conformance-text': { string_param: 'a' },
        'conformance-flag': { bool_param: true },
      }
      await mustEqualRest(bench, { ...inferRequest(bench), parameters })
    },
  },
]

async function mustBeReady(answer: Promise<JsonObject>): Promise<void> {
  const { ready } = await answer
  must(ready === true, 'ready must be true', ready)
}

async function mustDescribeServer({ grpc, subject }: TestBench): Promise<void> {
  const message = await grpc.succeed('ServerMetadata', {})
  const name = textMember(message, 'name')
  textMember(message, 'version')
  textsMember(message, 'extensions')
  const expected = subject.server?.name
  must(expected === undefined || name === expected, `name must be ${expected}`, name)
}

async function mustDescribeModel({ grpc, model }: TestBench): Promise<void> {
  const message = await grpc.succeed('ModelMetadata', { name: model.name, version: model.version ?? '' })
  must(message['name'] === model.name, `name must be ${model.name}`, message['name'])
  for (const member of ['inputs', 'outputs'] as const) {
    const found = listMember(message, member).map((tensor) => readTensorDescription(withNumbers(tensor)))
    const text = (tensors: typeof found) =>
      JSON.stringify([...tensors].sort((a, b) => (a.name < b.name ? -1 : 1)))
    must(
      text(found) === text(model[member].map(({ name, datatype, shape }) => ({ name, datatype, shape }))),
      `${member} must be those of REST`,
      found,
    )
  }
}

/** int64 comes as text. */
function withNumbers(tensor: unknown): unknown {
  if (!isRecord(tensor)) return tensor
  const { name, datatype, shape } = tensor
  return { name, datatype, shape: Array.isArray(shape) ? shape.map(Number) : shape }
}

async function mustEqualRest(bench: TestBench, request: JsonObject): Promise<void> {
  const message = await bench.grpc.succeed('ModelInfer', request)
  mustBeEqual(bench.reference.outputs, outputsOf(message), 'REST and gRPC')
}

async function mustReturnOne(bench: TestBench): Promise<void> {
  const [name] = bench.reference.outputs.map((output) => output.name)
  const message = await bench.grpc.succeed('ModelInfer', { ...inferRequest(bench), outputs: [{ name }] })
  const names = outputsOf(message).map((output) => output.name)
  must(names.join() === name, `the outputs must be ${name} alone`, names)
}
