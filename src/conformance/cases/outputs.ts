import type { ConformanceCase } from '../conformance-case.ts'
import { mustBeEqual } from '../same-tensors.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import { mustBeRefused } from '../wire/read-answer.ts'
import { UNKNOWN } from './unknown-names.ts'

const group = 'outputs'
const OUTPUT = clauseOf('rest', 'Request Output')
const REQUEST = clauseOf('rest', 'Inference Request JSON Object')

export const OUTPUT_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.outputs.one',
    group,
    level: 'must',
    title: 'An output that is asked for by its name comes back',
    clause: OUTPUT,
    run: (bench) => mustReturn(bench, namesOf(bench).slice(-1)),
  },
  {
    id: 'rest.outputs.no-others',
    group,
    level: 'must',
    title: 'Outputs that were not asked for do not come back',
    clause: OUTPUT,
    run: mustReturnOnlyOne,
  },
  {
    id: 'rest.outputs.all',
    group,
    level: 'must',
    title: 'Asking for all outputs by name gives what asking for none gives',
    clause: REQUEST,
    run: (bench) => mustReturn(bench, namesOf(bench)),
  },
  {
    id: 'rest.outputs.empty-list',
    group,
    level: 'should',
    title: 'An empty list of outputs means all of them',
    clause: REQUEST,
    run: async (bench) =>
      mustBeEqual(
        bench.reference.outputs,
        (await bench.reply({ outputs: [] })).outputs,
        'no list and an empty one',
      ),
  },
  {
    id: 'rest.outputs.unknown',
    group,
    level: 'must',
    title: 'Asking for an output that the model does not have is an error',
    clause: OUTPUT,
    run: async (bench) =>
      mustBeRefused(await bench.infer({ outputs: [{ name: UNKNOWN }] }), 'an unknown output'),
  },
]

function namesOf(bench: TestBench): readonly string[] {
  return bench.reference.outputs.map(({ name }) => name)
}

async function mustReturn(bench: TestBench, names: readonly string[]): Promise<void> {
  const { outputs } = await bench.reply({ outputs: names.map((name) => ({ name })) })
  const wanted = bench.reference.outputs.filter(({ name }) => names.includes(name))
  const found = outputs.filter(({ name }) => names.includes(name))
  mustBeEqual(wanted, found, 'an output asked for by name and by nothing')
}

async function mustReturnOnlyOne(bench: TestBench): Promise<void> {
  const [name, ...others] = namesOf(bench)
  if (name === undefined || others.length === 0) notApplicable('the model has one output')
  const { outputs } = await bench.reply({ outputs: [{ name }] })
  must(
    outputs.length === 1,
    `the reply must have ${name} alone`,
    outputs.map((output) => output.name),
  )
}
