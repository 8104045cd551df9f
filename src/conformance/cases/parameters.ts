import type { ConformanceCase } from '../conformance-case.ts'
import { mustBeEqual } from '../same-tensors.ts'
import { bodyOf } from '../sample-request.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import type { JsonValue } from '../wire/exact-json.ts'
import { mustBeRefused } from '../wire/read-answer.ts'

const group = 'parameters'
const PARAMETERS = clauseOf('protocol', 'Parameters')

export const PARAMETER_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.parameters.empty',
    group,
    level: 'must',
    title: 'A request may have an object of no parameters',
    clause: PARAMETERS,
    run: (bench) => mustNotMatter(bench, () => ({ parameters: {} })),
  },
  {
    id: 'rest.parameters.empty-of-input',
    group,
    level: 'must',
    title: 'An input may have an object of no parameters',
    clause: clauseOf('rest', 'Request Input'),
    run: (bench) =>
      mustNotMatter(bench, () => ({
        inputs: bodyOf(bench.sample).inputs.map((input) => ({ ...input, parameters: {} })),
      })),
  },
  {
    id: 'rest.parameters.empty-of-output',
    group,
    level: 'must',
    title: 'A requested output may have an object of no parameters',
    clause: clauseOf('rest', 'Request Output'),
    run: (bench) =>
      mustNotMatter(bench, () => ({
        outputs: bench.reference.outputs.map(({ name }) => ({ name, parameters: {} })),
      })),
  },
  {
    id: 'rest.parameters.not-an-object',
    group,
    level: 'should',
    title: 'Parameters that are no object are refused',
    clause: PARAMETERS,
    run: async (bench) =>
      mustBeRefused(await bench.infer({ parameters: 'many' }), 'parameters that are a string'),
  },
  {
    id: 'rest.parameters.custom',
    group,
    level: 'extension',
    title: 'Parameters that the server does not know are taken',
    clause: clauseOf('parameters', 'Parameters Extension'),
    async run(bench) {
      bench.mustAnnounce('parameters')
      await mustNotMatter(bench, () => ({ parameters: { 'conformance-text': 'a', 'conformance-number': 1 } }))
    },
  },
]

async function mustNotMatter(
  bench: TestBench,
  changes: () => Readonly<Record<string, JsonValue>>,
): Promise<void> {
  mustBeEqual(bench.reference.outputs, (await bench.reply(changes())).outputs, 'with and without parameters')
}
