import type { ConformanceCase } from '../conformance-case.ts'
import type { ReplyTensor } from '../inference-reply.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import { countOf, kindOf } from '../wire/element-types.ts'

const group = 'classification'
const CLASSIFICATION = clauseOf('classification', 'Classification Extension')

export const CLASSIFICATION_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.classification.count',
    group,
    level: 'extension',
    title: 'A classification has as many texts for each row as were asked for',
    clause: CLASSIFICATION,
    async run(bench) {
      const { output, rows } = await classified(bench, 2)
      must(
        output.datatype === 'BYTES' || output.datatype === 'STRING',
        'the datatype must be BYTES',
        output.datatype,
      )
      must(output.elements.length === rows * 2, `there must be ${rows * 2} texts`, output.elements.length)
    },
  },
  {
    id: 'rest.classification.order',
    group,
    level: 'extension',
    title: 'Each text is value:index, the largest value first',
    clause: CLASSIFICATION,
    run: mustNameLargest,
  },
]

interface Classified {
  readonly output: ReplyTensor
  readonly original: ReplyTensor
  readonly rows: number
}

async function classified(bench: TestBench, count: number): Promise<Classified> {
  bench.mustAnnounce('classification')
  const original = bench.reference.outputs.find(isOfClasses)
  if (original === undefined) notApplicable('no output has a number for each of several classes')
  const { name } = original
  const { outputs } = await bench.reply({ outputs: [{ name, parameters: { classification: count } }] })
  const output = outputs.find((found) => found.name === name)
  must(output !== undefined, `the reply must have ${name}`)
  return { output, original, rows: countOf(original.shape.slice(0, -1)) }
}

function isOfClasses({ datatype, shape }: ReplyTensor): boolean {
  const isNumber = kindOf(datatype) === 'float' || kindOf(datatype) === 'integer'
  return isNumber && shape.length > 0 && shape.length < 3 && (shape.at(-1) ?? 0) > 1 && countOf(shape) > 0
}

async function mustNameLargest(bench: TestBench): Promise<void> {
  const { output, original } = await classified(bench, 1)
  const row = original.elements.slice(0, original.shape.at(-1)).map(Number)
  const largest = Math.max(...row)
  const [value, index] = String(output.elements[0]).split(':')
  must(index !== undefined && /^\d+$/.test(index), 'the text must be value:index', output.elements[0])
  must(row[Number(index)] === largest, `the index must be one of a value ${largest}`, output.elements[0])
  const near = Math.abs(Number(value) - largest) <= 1e-3 * Math.max(1, Math.abs(largest))
  must(near, `the value must be ${largest}`, output.elements[0])
}
