import { isRecord } from '../../core/record.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import { GRPC_CODES } from '../grpc/grpc-peer.ts'
import { inferRequest } from '../grpc/infer-message.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable, skip } from '../verdict.ts'
import { type JsonObject, listMember } from '../wire/read-answer.ts'

const group = 'grpc-services'
const INFERENCE = 'inference.GRPCInferenceService'
const HEALTH = 'grpc.health.v1.Health'
const SERVING = 1

/** PERMISSION_DENIED and UNAUTHENTICATED. */
const KEPT: readonly number[] = [7, 16]

export const GRPC_SERVICE_CASES: readonly ConformanceCase[] = [
  {
    id: 'grpc.services.health',
    group,
    level: 'extension',
    title: 'The health service says that the server is SERVING',
    clause: clauseOf('health', 'Check'),
    async run({ grpc }) {
      const { code, message } = await grpc.call('Check', { service: '' }, HEALTH)
      if (code === GRPC_CODES.unimplemented) notApplicable('the server has no health service')
      must(code === 0 && message['status'] === SERVING, 'status must be 1 (SERVING)', message['status'])
    },
  },
  {
    id: 'grpc.services.health-unknown',
    group,
    level: 'extension',
    title: 'The health of a service that is not there is NOT_FOUND',
    clause: clauseOf('health', 'Check'),
    async run({ grpc }) {
      const { code } = await grpc.call('Check', { service: 'no.such.Service' }, HEALTH)
      if (code === GRPC_CODES.unimplemented) notApplicable('the server has no health service')
      must(code === GRPC_CODES.notFound, 'the code must be 5 (NOT_FOUND)', code)
    },
  },
  {
    id: 'grpc.services.reflection',
    group,
    level: 'extension',
    title: 'Reflection lists the inference service',
    clause: clauseOf('reflection', 'list_services'),
    run: mustListServices,
  },
  {
    id: 'grpc.services.index',
    group,
    level: 'extension',
    title: 'RepositoryIndex has the model, READY',
    clause: clauseOf('repository', 'GRPC'),
    async run(bench) {
      bench.mustAnnounce('model_repository')
      const models = listMember(await supported(bench, 'RepositoryIndex', {}), 'models').filter(isRecord)
      const isThere = models.some(({ name, state }) => name === bench.subject.modelName && state === 'READY')
      must(isThere, `the index must have ${bench.subject.modelName}, READY`, models)
    },
  },
  {
    id: 'grpc.services.statistics',
    group,
    level: 'extension',
    title: 'ModelStatistics count an inference',
    clause: clauseOf('statistics', 'GRPC'),
    run: mustCount,
  },
  {
    id: 'grpc.services.config',
    group,
    level: 'extension',
    title: 'ModelConfig has the name of the model',
    clause: clauseOf('configuration', 'GRPC'),
    async run(bench) {
      bench.mustAnnounce('model_configuration')
      const { config } = await supported(bench, 'ModelConfig', { name: bench.subject.modelName })
      const name = isRecord(config) ? config['name'] : undefined
      must(name === bench.subject.modelName, `name must be ${bench.subject.modelName}`, name)
    },
  },
  {
    id: 'grpc.services.unknown-method',
    group,
    level: 'should',
    title: 'A method that the server does not have is UNIMPLEMENTED',
    clause: clauseOf('grpc', 'GRPCInferenceService'),
    async run({ grpc }) {
      const { code } = await grpc.call('Check', { service: '' }, 'inference.NoSuchService')
      must(code === GRPC_CODES.unimplemented, 'the code should be 12 (UNIMPLEMENTED)', code)
    },
  },
]

/** An extension that is announced over REST may be there over REST alone. */
async function supported(bench: TestBench, method: string, request: object): Promise<JsonObject> {
  const { code, details, message } = await bench.grpc.call(method, request)
  if (code === GRPC_CODES.unimplemented) notApplicable(`the server has no ${method}`)
  if (KEPT.includes(code) || /restricted/.test(details)) {
    skip(`the server wants a key for it (${code} ${details}): give it with --header`)
  }
  must(code === GRPC_CODES.ok, `${method} must succeed`, `${code} ${details}`)
  return message
}

async function mustListServices({ grpc }: TestBench): Promise<void> {
  for (const version of ['v1', 'v1alpha']) {
    const service = `grpc.reflection.${version}.ServerReflection`
    const { code, messages } = await grpc.stream('ServerReflectionInfo', [{ list_services: '*' }], service)
    if (code === GRPC_CODES.unimplemented) continue
    const list = messages[0]?.['list_services_response']
    const names = (isRecord(list) ? listMember(list, 'service') : []).filter(isRecord).map(({ name }) => name)
    return must(names.includes(INFERENCE), `the services must have ${INFERENCE}`, names)
  }
  notApplicable('the server has no reflection')
}

async function mustCount(bench: TestBench): Promise<void> {
  bench.mustAnnounce('statistics')
  const count = async () => {
    const message = await supported(bench, 'ModelStatistics', { name: bench.subject.modelName })
    const stats = listMember(message, 'model_stats').filter(isRecord)
    return stats.reduce((sum, stat) => sum + Number(stat['inference_count']), 0)
  }
  const before = await count()
  await bench.grpc.succeed('ModelInfer', inferRequest(bench))
  const after = await count()
  must(after > before, `inference_count must be more than ${before} after an inference`, after)
}
