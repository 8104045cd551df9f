import type { ConformanceCase } from '../conformance-case.ts'
import { modelPath } from '../discover-subject.ts'
import { clauseOf } from '../specification.ts'
import { must } from '../verdict.ts'
import { mustSucceed } from '../wire/read-answer.ts'
import { UNKNOWN } from './unknown-names.ts'

const group = 'health'
const HEALTH = clauseOf('protocol', 'Health')

/** The status says it all: documents differ in what the body has, and clients do not read it. */
export const HEALTH_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.health.live',
    group,
    level: 'must',
    title: 'A server that answers is live',
    clause: HEALTH,
    run: async ({ rest }) => mustSucceed(await rest.get('/v2/health/live')),
  },
  {
    id: 'rest.health.ready',
    group,
    level: 'must',
    title: 'A server that serves is ready',
    clause: HEALTH,
    run: async ({ rest }) => mustSucceed(await rest.get('/v2/health/ready')),
  },
  {
    id: 'rest.health.model-ready',
    group,
    level: 'must',
    title: 'A model that is served is ready',
    clause: HEALTH,
    run: async (bench) => mustSucceed(await bench.rest.get(bench.path('/ready'))),
  },
  {
    id: 'rest.health.unknown-model',
    group,
    level: 'must',
    title: 'A model that the server does not have is not ready: a status from 400 to 499',
    clause: HEALTH,
    async run({ rest }) {
      const { status } = await rest.get(modelPath(UNKNOWN, undefined, '/ready'))
      must(status >= 400 && status < 500, 'the status must be from 400 to 499', status)
    },
  },
  {
    id: 'rest.health.unknown-version',
    group,
    level: 'must',
    title: 'A version that the server does not have is not ready: a status from 400 to 499',
    clause: HEALTH,
    async run({ rest, subject }) {
      const { status } = await rest.get(modelPath(subject.modelName, '987654', '/ready'))
      must(status >= 400 && status < 500, 'the status must be from 400 to 499', status)
    },
  },
]
