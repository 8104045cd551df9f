import type { ConformanceCase, Level } from '../conformance-case.ts'
import { modelPath } from '../discover-subject.ts'
import { bodyOf, type JsonInput } from '../sample-request.ts'
import type { Clause } from '../specification.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import { type JsonValue, jsonText } from '../wire/exact-json.ts'
import { headerOf, mustBeClientError, mustBeRefused } from '../wire/read-answer.ts'
import type { RestAnswer } from '../wire/rest-peer.ts'
import { UNKNOWN } from './unknown-names.ts'

const group = 'errors'
const ERROR = clauseOf('rest', 'Inference Response JSON Error Object')
const REQUEST = clauseOf('rest', 'Inference Request JSON Object')
const INPUT = clauseOf('rest', 'Request Input')
const DATA = clauseOf('protocol', 'Tensor Data')

/** Something that a client does wrong: it makes two cases, of the error and of its status. */
interface Mistake {
  readonly name: string
  readonly level: Level
  readonly clause: Clause
  /** As a sentence names it: `a request that is not JSON`. */
  readonly what: string
  send(bench: TestBench): Promise<RestAnswer>
}

const MISTAKES: readonly Mistake[] = [
  mistake('not-json', 'must', REQUEST, 'a body that is not JSON', (bench) =>
    bench.rest.postJson(bench.path('/infer'), '{"inputs": ['),
  ),
  mistake('empty-body', 'must', REQUEST, 'an empty body', (bench) =>
    bench.rest.postJson(bench.path('/infer'), ''),
  ),
  mistake('not-an-object', 'must', REQUEST, 'a body that is no object', (bench) => bench.post([1, 2])),
  mistake('no-inputs', 'must', REQUEST, 'a request without "inputs"', (bench) => bench.post({ id: 'a' })),
  mistake('inputs-not-a-list', 'must', REQUEST, '"inputs" that are no list', (bench) =>
    bench.infer({ inputs: 'all' }),
  ),
  mistake('missing-input', 'must', REQUEST, 'a request without the inputs of the model', (bench) =>
    bench.infer({ inputs: [] }),
  ),
  mistake(
    'unknown-input',
    'must',
    INPUT,
    'an input of an unknown name',
    changed(() => ({ name: UNKNOWN })),
  ),
  mistake('repeated-input', 'should', INPUT, 'an input that is there twice', (bench) => {
    const { inputs } = bodyOf(bench.sample)
    return bench.infer({ inputs: [...inputs, ...inputs.slice(0, 1)] })
  }),
  mistake(
    'input-without-name',
    'must',
    INPUT,
    'an input without a name',
    changed(() => ({ name: undefined })),
  ),
  mistake(
    'input-without-datatype',
    'must',
    INPUT,
    'an input without a datatype',
    changed(() => ({ datatype: undefined })),
  ),
  mistake(
    'input-without-shape',
    'must',
    INPUT,
    'an input without a shape',
    changed(() => ({ shape: undefined })),
  ),
  mistake(
    'input-without-data',
    'must',
    INPUT,
    'an input without data',
    changed(() => ({ data: undefined })),
  ),
  mistake(
    'unknown-datatype',
    'must',
    clauseOf('protocol', 'Tensor Data Types'),
    'a datatype that there is not',
    changed(() => ({ datatype: 'FLOAT32' })),
  ),
  mistake(
    'shape-not-a-list',
    'must',
    INPUT,
    'a shape that is no list',
    changed(() => ({ shape: 4 })),
  ),
  mistake(
    'negative-size',
    'must',
    INPUT,
    'a negative dimension',
    changed(({ shape }) => ({ shape: [-1, ...shape.slice(1)] })),
  ),
  mistake(
    'fractional-size',
    'must',
    INPUT,
    'a dimension that is a fraction',
    changed(({ shape }) => ({ shape: [1.5, ...shape.slice(1)] })),
  ),
  mistake(
    'huge-size',
    'must',
    INPUT,
    'a shape of more elements than any data has',
    changed(({ shape }) => ({ shape: [4_000_000_000, ...shape.slice(1)] })),
  ),
  mistake(
    'too-much-data',
    'must',
    DATA,
    'more data than the shape says',
    changed(({ data }) => ({ data: [...data, ...data, ...data] })),
  ),
  mistake(
    'too-little-data',
    'must',
    DATA,
    'less data than the shape says',
    changed(() => ({ data: [] })),
  ),
  mistake(
    'data-not-a-list',
    'must',
    DATA,
    'data that are an object',
    changed(() => ({ data: { a: 1 } })),
  ),
  mistake('ragged-data', 'must', DATA, 'nested data that are not rectangular', sendRagged),
  mistake(
    'wrong-rank',
    'should',
    INPUT,
    'a shape with more dimensions than the input has',
    changed(({ shape }) => ({ shape: [1, 1, 1, 1, ...shape] })),
  ),
  mistake('wrong-size', 'should', INPUT, 'another size than the metadata fix', sendWrongSize),
  mistake('unknown-model', 'must', REQUEST, 'inference by a model that is not there', (bench) =>
    bench.rest.postJson(modelPath(UNKNOWN, undefined, '/infer'), jsonText(bodyOf(bench.sample))),
  ),
  mistake('unknown-version', 'must', REQUEST, 'inference by a version that is not there', (bench) =>
    bench.rest.postJson(
      modelPath(bench.subject.modelName, '987654', '/infer'),
      jsonText(bodyOf(bench.sample)),
    ),
  ),
]

const OTHERS: readonly ConformanceCase[] = [
  {
    id: 'rest.errors.content-type',
    group,
    level: 'should',
    title: 'Errors come as application/json',
    clause: ERROR,
    async run(bench) {
      const answer = await bench.rest.postJson(bench.path('/infer'), '{')
      const type = headerOf(answer, 'content-type') ?? ''
      must(/^application\/json\b/i.test(type), 'Content-Type should be application/json', type)
    },
  },
  {
    id: 'rest.errors.deep-json',
    group,
    level: 'should',
    title: 'JSON that is nested ten thousand deep is refused, not a failure of the server',
    clause: ERROR,
    async run(bench) {
      const deep = `{"inputs":${'['.repeat(10_000)}${']'.repeat(10_000)}}`
      mustBeClientError(await bench.rest.postJson(bench.path('/infer'), deep), 'deeply nested JSON')
    },
  },
  {
    id: 'rest.errors.method',
    group,
    level: 'should',
    title: 'GET of what takes POST is refused as the client’s mistake',
    clause: clauseOf('http', '15.5.6. 405 Method Not Allowed'),
    run: async (bench) => mustBeClientError(await bench.rest.get(bench.path('/infer')), 'GET'),
  },
  {
    id: 'rest.errors.unknown-path',
    group,
    level: 'should',
    title: 'A path that is none of the protocol is answered 404',
    clause: clauseOf('http', '15.5.5. 404 Not Found'),
    async run(bench) {
      const { status } = await bench.rest.get(`/v2/${UNKNOWN}`)
      must(status === 404, 'the status should be 404', status)
    },
  },
]

export const ERROR_CASES: readonly ConformanceCase[] = [...MISTAKES.flatMap(casesOf), ...OTHERS]

function mistake(name: string, level: Level, clause: Clause, what: string, send: Mistake['send']): Mistake {
  return { name, level, clause, what, send }
}

function casesOf({ name, level, clause, what, send }: Mistake): readonly ConformanceCase[] {
  return [
    {
      id: `rest.errors.${name}`,
      group,
      level,
      title: `Refused, with {"error": "text"}: ${what}`,
      clause,
      run: async (bench) => mustBeRefused(await send(bench), what),
    },
    {
      id: `rest.errors.${name}-status`,
      group,
      level: 'should',
      title: `Answered with a status from 400 to 499: ${what}`,
      clause: ERROR,
      run: async (bench) => mustBeClientError(await send(bench), what),
    },
  ]
}

type Change = (input: JsonInput) => Readonly<Record<string, JsonValue | undefined>>

/** The sample with its first input changed. */
function changed(change: Change): Mistake['send'] {
  return (bench) => {
    const [first, ...others] = bodyOf(bench.sample).inputs
    return bench.infer({ inputs: first === undefined ? [] : [{ ...first, ...change(first) }, ...others] })
  }
}

/** One row with an element more than the next. */
function sendRagged(bench: TestBench): Promise<RestAnswer> {
  const rank = bench.sample[0]?.shape.length ?? 0
  if (rank !== 2) notApplicable('the first input does not have two dimensions')
  return changed(({ data }) => {
    const row = data.slice(0, Math.max(data.length, 1))
    return { shape: [2, row.length], data: [[...row, ...row.slice(0, 1)], row.slice(1)] }
  })(bench)
}

function sendWrongSize(bench: TestBench): Promise<RestAnswer> {
  const axis = bench.model.inputs[0]?.shape.findIndex((size) => size > 1) ?? -1
  const isFirst = bench.model.inputs[0]?.name === bench.sample[0]?.name
  if (axis === -1 || !isFirst) notApplicable('no dimension of the first input is fixed')
  return changed(({ shape, data }) => ({
    shape: shape.map((size, index) => (index === axis ? Number(size) * 2 : size)),
    data: [...data, ...data],
  }))(bench)
}
