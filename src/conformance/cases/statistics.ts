import { isRecord } from '../../core/record.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import { modelPath } from '../discover-subject.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must } from '../verdict.ts'
import {
  type JsonObject,
  listMember,
  mustBeAllowed,
  mustBeRefused,
  succeededWith,
  textMember,
} from '../wire/read-answer.ts'
import { UNKNOWN } from './unknown-names.ts'

const group = 'statistics'
const STATISTICS = clauseOf('statistics', 'Statistics Response JSON Object')
const CONFIGURATION = clauseOf('configuration', 'Model Configuration Extension')

export const STATISTICS_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.statistics.model',
    group,
    level: 'extension',
    title: 'The statistics of a model have its name and its counts',
    clause: STATISTICS,
    run: async (bench) => void (await statisticsOf(bench, bench.path('/stats'))),
  },
  {
    id: 'rest.statistics.all-models',
    group,
    level: 'extension',
    title: 'The statistics of all models have this one',
    clause: clauseOf('statistics', 'HTTP/REST'),
    run: async (bench) => void (await statisticsOf(bench, '/v2/models/stats')),
  },
  {
    id: 'rest.statistics.count',
    group,
    level: 'extension',
    title: 'inference_count and execution_count go up with an inference',
    clause: STATISTICS,
    run: mustCount,
  },
  {
    id: 'rest.statistics.durations',
    group,
    level: 'extension',
    title: 'success, fail, queue and the three computes have a count and nanoseconds',
    clause: STATISTICS,
    run: mustHaveDurations,
  },
  {
    id: 'rest.statistics.unknown-model',
    group,
    level: 'extension',
    title: 'The statistics of a model that is not there are an error',
    clause: clauseOf('statistics', 'Statistics Response JSON Error Object'),
    async run(bench) {
      bench.mustAnnounce('statistics')
      mustBeRefused(
        mustBeAllowed(await bench.rest.get(modelPath(UNKNOWN, undefined, '/stats'))),
        'an unknown model',
      )
    },
  },
  {
    id: 'rest.configuration.model',
    group,
    level: 'extension',
    title: 'The configuration of a model has its name, its inputs and its outputs',
    clause: CONFIGURATION,
    run: mustConfigure,
  },
  {
    id: 'rest.configuration.unknown-model',
    group,
    level: 'extension',
    title: 'The configuration of a model that is not there is an error',
    clause: CONFIGURATION,
    async run(bench) {
      bench.mustAnnounce('model_configuration')
      mustBeRefused(
        mustBeAllowed(await bench.rest.get(modelPath(UNKNOWN, undefined, '/config'))),
        'an unknown model',
      )
    },
  },
]

/** Of the model under test, added up over its versions by whoever asks. */
async function statisticsOf(bench: TestBench, path: string): Promise<readonly JsonObject[]> {
  bench.mustAnnounce('statistics')
  const stats = listMember(succeededWith(mustBeAllowed(await bench.rest.get(path))), 'model_stats').filter(
    isRecord,
  )
  const own = stats.filter(({ name }) => name === bench.subject.modelName)
  must(own.length > 0, `"model_stats" must have ${bench.subject.modelName}`)
  for (const member of ['last_inference', 'inference_count', 'execution_count']) {
    for (const stat of own) mustBeCount(stat[member], member)
  }
  return own
}

async function mustCount(bench: TestBench): Promise<void> {
  const count = async (member: string) => {
    const stats = await statisticsOf(bench, bench.path('/stats'))
    return stats.reduce((sum, stat) => sum + Number(stat[member]), 0)
  }
  for (const member of ['inference_count', 'execution_count']) {
    const before = await count(member)
    await bench.reply()
    const after = await count(member)
    must(after > before, `"${member}" must be more than ${before} after an inference`, after)
  }
}

async function mustHaveDurations(bench: TestBench): Promise<void> {
  for (const stat of await statisticsOf(bench, bench.path('/stats'))) {
    const durations = stat['inference_stats']
    must(isRecord(durations), '"inference_stats" must be an object', durations)
    for (const name of ['success', 'fail', 'queue', 'compute_input', 'compute_infer', 'compute_output']) {
      const duration = durations[name]
      must(isRecord(duration), `"${name}" must be an object`, duration)
      mustBeCount(duration['count'], `${name}.count`)
      mustBeCount(duration['ns'], `${name}.ns`)
    }
    listMember(stat, 'batch_stats')
  }
}

function mustBeCount(value: unknown, name: string): void {
  const isCount = (typeof value === 'number' && value >= 0) || typeof value === 'bigint'
  must(isCount, `"${name}" must be a number from 0 up`, value)
}

async function mustConfigure(bench: TestBench): Promise<void> {
  bench.mustAnnounce('model_configuration')
  const body = succeededWith(mustBeAllowed(await bench.rest.get(bench.path('/config'))))
  const name = textMember(body, 'name')
  must(name === bench.subject.modelName, `"name" must be ${bench.subject.modelName}`, name)
  for (const [member, tensors] of [
    ['input', bench.model.inputs],
    ['output', bench.model.outputs],
  ] as const) {
    const found = listMember(body, member)
      .filter(isRecord)
      .map((tensor) => tensor['name'])
    for (const tensor of tensors)
      must(found.includes(tensor.name), `"${member}" must have ${tensor.name}`, found)
  }
}
