import type { ConformanceCase } from '../conformance-case.ts'
import { readInferenceReply } from '../inference-reply.ts'
import { mustBeEqual } from '../same-tensors.ts'
import { inputOf, nested, type SampleRequest } from '../sample-request.ts'
import { clauseOf } from '../specification.ts'
import { isBatched } from '../tensor-description.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import { countOf } from '../wire/element-types.ts'
import { mustBeRefused } from '../wire/read-answer.ts'

const group = 'shapes'
const DATA = clauseOf('protocol', 'Tensor Data')
const SHAPE = clauseOf('rest', 'Model Metadata Response JSON Object')

export const SHAPE_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.shapes.nested',
    group,
    level: 'must',
    title: 'Data in arrays as deep as the shape mean the same as flat data',
    clause: DATA,
    run: mustReadNested,
  },
  {
    id: 'rest.shapes.two-rows',
    group,
    level: 'must',
    title: 'Where the first dimension is of any size, a request may have two rows',
    clause: SHAPE,
    run: (bench) => mustTakeRows(bench, 2),
  },
  {
    id: 'rest.shapes.many-rows',
    group,
    level: 'should',
    title: 'A request may have a hundred rows',
    clause: SHAPE,
    run: (bench) => mustTakeRows(bench, 100),
  },
  {
    id: 'rest.shapes.rows-alike',
    group,
    level: 'should',
    title: 'Equal rows in one request have equal results, the same as of one row alone',
    clause: clauseOf('rest', 'Request Input'),
    run: mustTreatRowsAlike,
  },
  {
    id: 'rest.shapes.zero-rows',
    group,
    level: 'should',
    title:
      'A request without rows is answered without rows, or refused in words; it is not the server that fails',
    clause: clauseOf('rest', 'Request Input'),
    run: mustSurviveZeroRows,
  },
]

async function mustReadNested(bench: TestBench): Promise<void> {
  const isDeep = bench.sample.some(({ shape }) => shape.length > 1)
  if (!isDeep) notApplicable('no input has more than one dimension')
  const inputs = bench.sample.map((tensor) => ({
    ...inputOf(tensor),
    data: nested(tensor.elements, tensor.shape),
  }))
  mustBeEqual(bench.reference.outputs, (await bench.reply({ inputs })).outputs, 'nested and flat data')
}

/** The sample's rows, over and over. */
export function repeated(sample: SampleRequest, rows: number): SampleRequest {
  return sample.map((tensor) => {
    const [first = 1, ...row] = tensor.shape
    const elements = Array.from({ length: Math.ceil(rows / first) }, () => tensor.elements).flat()
    return { ...tensor, shape: [rows, ...row], elements: elements.slice(0, rows * countOf(row)) }
  })
}

function rowsOf(bench: TestBench, rows: number): SampleRequest {
  if (!isBatched(bench.model.inputs)) notApplicable('not all inputs have a first dimension of any size')
  if (bench.sample.some(({ shape }) => shape[0] === 0)) notApplicable('the sample has no rows')
  return repeated(bench.sample, rows)
}

async function mustTakeRows(bench: TestBench, rows: number): Promise<void> {
  const { outputs } = await bench.reply({ inputs: rowsOf(bench, rows).map(inputOf) })
  for (const { name, shape } of outputs) {
    const described = bench.model.outputs.find((output) => output.name === name)
    if (described?.shape[0] === -1) must(shape[0] === rows, `${name} must have ${rows} rows`, shape)
  }
}

async function mustTreatRowsAlike(bench: TestBench): Promise<void> {
  if (!isBatched(bench.model.outputs)) notApplicable('not all outputs have a first dimension of any size')
  if (bench.sample.some(({ shape }) => shape[0] !== 1)) notApplicable('the sample has several rows')
  const { outputs } = await bench.reply({ inputs: rowsOf(bench, 3).map(inputOf) })
  const expected = bench.reference.outputs.map((output) => ({
    ...output,
    shape: [3, ...output.shape.slice(1)],
    elements: [...output.elements, ...output.elements, ...output.elements],
  }))
  mustBeEqual(expected, outputs, 'one row three times')
}

async function mustSurviveZeroRows(bench: TestBench): Promise<void> {
  const answer = await bench.infer({ inputs: rowsOf(bench, 0).map(inputOf) })
  must(answer.status < 500, 'the status should be under 500', answer.status)
  if (answer.status !== 200) return mustBeRefused(answer, 'a request without rows')
  const { outputs } = readInferenceReply(answer)
  const described = bench.model.outputs.filter(({ shape }) => shape[0] === -1)
  for (const { name } of described) {
    const shape = outputs.find((output) => output.name === name)?.shape
    must(shape?.[0] === 0, `${name} should have no rows`, shape)
  }
}
