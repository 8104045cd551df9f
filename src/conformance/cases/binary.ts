import { type BinaryChanges, sendBinary } from '../binary-request.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import { type InferenceReply, readInferenceReply } from '../inference-reply.ts'
import { mustBeEqual } from '../same-tensors.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import type { JsonValue } from '../wire/exact-json.ts'
import { headerOf, mustBeClientError, mustBeRefused } from '../wire/read-answer.ts'

const group = 'binary'
const BINARY = clauseOf('binary', 'Binary Tensor Data Extension')

export const BINARY_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.binary.inputs',
    group,
    level: 'extension',
    title: 'Inputs as bytes give what inputs as JSON give',
    clause: BINARY,
    run: (bench) => mustEqualJson(bench, {}),
  },
  {
    id: 'rest.binary.mixed-inputs',
    group,
    level: 'extension',
    title: 'A request may have some inputs as bytes and others as JSON',
    clause: BINARY,
    run: mustMixInputs,
  },
  {
    id: 'rest.binary.output',
    group,
    level: 'extension',
    title: 'An output with binary_data comes as bytes',
    clause: BINARY,
    run: async (bench) =>
      mustAnswerBinary(bench, (names) => ({
        outputs: names.map((name) => ({ name, parameters: { binary_data: true } })),
      })),
  },
  {
    id: 'rest.binary.all-outputs',
    group,
    level: 'extension',
    title: 'binary_data_output has all outputs come as bytes',
    clause: BINARY,
    run: (bench) => mustAnswerBinary(bench, () => ({ parameters: { binary_data_output: true } })),
  },
  {
    id: 'rest.binary.overridden',
    group,
    level: 'extension',
    title: 'binary_data of an output goes before binary_data_output of the request',
    clause: BINARY,
    run: mustOverride,
  },
  {
    id: 'rest.binary.header',
    group,
    level: 'extension',
    title: 'A reply with bytes has the length of its JSON in Inference-Header-Content-Length',
    clause: BINARY,
    async run(bench) {
      const answer = await inBinary(bench, { parameters: { binary_data_output: true } })
      const length = headerOf(answer, 'inference-header-content-length')
      must(length !== undefined, 'the reply must have Inference-Header-Content-Length')
      readInferenceReply(answer)
    },
  },
  {
    id: 'rest.binary.json-by-default',
    group,
    level: 'extension',
    title: 'Outputs come as JSON where nothing else is asked for, also after inputs as bytes',
    clause: BINARY,
    async run(bench) {
      mustKnowBinary(bench)
      const { outputs } = readInferenceReply(await sendBinary(bench))
      must(
        outputs.every(({ binary }) => !binary),
        'all outputs must be JSON',
      )
    },
  },
  ...refused('size-too-small', 'a binary_data_size that is too small', {
    size: (size) => size - 1,
    tail: (bytes) => bytes.subarray(0, -1),
  }),
  ...refused('size-too-large', 'a binary_data_size beyond the body', { size: (size) => size + 8 }),
  ...refused('size-not-a-number', 'a binary_data_size that is no number', { size: () => 'all' }),
  ...refused('truncated', 'a body that ends within its tensors', { tail: (bytes) => bytes.subarray(0, -1) }),
  ...refused('trailing', 'bytes after the last tensor', {
    tail: (bytes) => Buffer.concat([bytes, Buffer.alloc(3)]),
  }),
  ...refused('header-too-long', 'an Inference-Header-Content-Length beyond the body', {
    headerLength: (length) => String(length + 1_000_000),
  }),
  ...refused('header-too-short', 'an Inference-Header-Content-Length within the JSON', {
    headerLength: (length) => String(length - 1),
  }),
  ...refused('header-not-a-number', 'an Inference-Header-Content-Length that is no number', {
    headerLength: () => 'long',
  }),
  ...refused('header-negative', 'a negative Inference-Header-Content-Length', { headerLength: () => '-1' }),
]

function refused(name: string, what: string, changes: BinaryChanges): readonly ConformanceCase[] {
  return [
    {
      id: `rest.binary.${name}`,
      group,
      level: 'extension',
      title: `A request with ${what} is refused as the client’s mistake`,
      clause: BINARY,
      async run(bench) {
        mustKnowBinary(bench)
        const answer = await sendBinary(bench, changes)
        mustBeRefused(answer, what)
        mustBeClientError(answer, what)
      },
    },
  ]
}

export function mustKnowBinary(bench: TestBench): void {
  bench.mustAnnounce('binary_tensor_data')
  if (bench.sample.every(({ elements }) => elements.length === 0)) notApplicable('the sample has no data')
}

function inBinary(bench: TestBench, members: Readonly<Record<string, JsonValue>>) {
  mustKnowBinary(bench)
  return bench.infer(members)
}

async function mustEqualJson(bench: TestBench, changes: BinaryChanges): Promise<void> {
  mustKnowBinary(bench)
  const { outputs } = readInferenceReply(await sendBinary(bench, changes))
  mustBeEqual(bench.reference.outputs, outputs, 'JSON and binary inputs')
}

async function mustMixInputs(bench: TestBench): Promise<void> {
  if (bench.sample.length < 2) notApplicable('the model has one input')
  await mustEqualJson(bench, { isBinary: (_, index) => index % 2 === 1 })
  await mustEqualJson(bench, { isBinary: (_, index) => index % 2 === 0 })
}

async function mustAnswerBinary(
  bench: TestBench,
  members: (names: readonly string[]) => Readonly<Record<string, JsonValue>>,
): Promise<void> {
  const names = bench.reference.outputs.map(({ name }) => name)
  const reply = readInferenceReply(await inBinary(bench, members(names)))
  mustAllBeBinary(reply)
  mustBeEqual(bench.reference.outputs, reply.outputs, 'JSON and binary outputs')
}

function mustAllBeBinary({ outputs }: InferenceReply): void {
  const other = outputs.find(({ binary }) => !binary)
  must(other === undefined, 'all outputs must have binary_data_size', other?.name)
}

async function mustOverride(bench: TestBench): Promise<void> {
  const [last] = bench.reference.outputs.slice(-1)
  if (last === undefined) notApplicable('the model has no outputs')
  const others = bench.reference.outputs.slice(0, -1).map(({ name }) => ({ name }))
  const answer = await inBinary(bench, {
    parameters: { binary_data_output: true },
    outputs: [...others, { name: last.name, parameters: { binary_data: false } }],
  })
  const { outputs } = readInferenceReply(answer)
  for (const { name, binary } of outputs) {
    must(binary === (name !== last.name), `${name} must come as ${name === last.name ? 'JSON' : 'bytes'}`)
  }
}
