import type { ConformanceCase } from '../conformance-case.ts'
import { mustBeEqual } from '../same-tensors.ts'
import { clauseOf } from '../specification.ts'
import { mustSucceed } from '../wire/read-answer.ts'

const group = 'after'

/** After all that the server refused. */
export const AFTER_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.after.ready',
    group,
    level: 'must',
    title: 'The server is live and ready after all these requests',
    clause: clauseOf('protocol', 'Health'),
    async run({ rest }) {
      mustSucceed(await rest.get('/v2/health/live'))
      mustSucceed(await rest.get('/v2/health/ready'))
    },
  },
  {
    id: 'rest.after.same-answer',
    group,
    level: 'must',
    title: 'The model answers as it did before',
    clause: clauseOf('rest', 'Inference'),
    run: async (bench) =>
      mustBeEqual(bench.reference.outputs, (await bench.reply()).outputs, 'before and after'),
  },
]
