import type { ConformanceCase } from '../conformance-case.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must } from '../verdict.ts'
import { mustBeRefused } from '../wire/read-answer.ts'

const group = 'ids'
const ID = clauseOf('rest', 'Inference Request JSON Object')

export const REQUEST_ID_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.ids.echo',
    group,
    level: 'must',
    title: 'The id of a request is in the reply',
    clause: ID,
    run: (bench) => mustEcho(bench, 'conformance-42'),
  },
  {
    id: 'rest.ids.any-text',
    group,
    level: 'must',
    title: 'An id may be any string',
    clause: ID,
    run: (bench) => mustEcho(bench, `"ü€😀\\ <&> ${'x'.repeat(100)}`),
  },
  {
    id: 'rest.ids.together',
    group,
    level: 'must',
    title: 'Requests at the same time get their own ids back',
    clause: ID,
    async run(bench) {
      const ids = Array.from({ length: 8 }, (_, index) => `together-${index}`)
      await Promise.all(ids.map((id) => mustEcho(bench, id)))
    },
  },
  {
    id: 'rest.ids.not-a-string',
    group,
    level: 'should',
    title: 'An id that is no string is refused',
    clause: ID,
    run: async (bench) => mustBeRefused(await bench.infer({ id: { a: 1 } }), 'an id that is an object'),
  },
]

async function mustEcho(bench: TestBench, id: string): Promise<void> {
  const reply = await bench.reply({ id })
  must(reply.id === id, `"id" must be ${JSON.stringify(id)}`, reply.id)
}
