import { gzipSync } from 'node:zlib'
import type { JsonValue } from '../../../src/conformance/wire/exact-json.ts'
import {
  answers,
  at,
  changed,
  infers,
  misread,
  type NamedFault,
  on,
  outputsIn,
  rewritten,
  without,
} from './faults.ts'
import { json, type TinyRequest } from './tiny-server.ts'

const isBinary = ({ headers }: TinyRequest) => Number(headers['inference-header-content-length'] ?? 0) > 0
const isRaw = ({ headers }: TinyRequest) => headers['inference-header-content-length'] === '0'

/** Of servers that announce what they get wrong. */
export const EXTENSION_FAULTS: readonly NamedFault[] = [
  {
    name: 'reads no bytes',
    fault: on(isBinary, answers(400)),
    caughtBy: ['rest.binary.inputs', 'rest.binary.mixed-inputs', 'rest.binary.json-by-default'],
  },
  {
    name: 'writes no bytes',
    fault: misread((body) =>
      without({ ...body, outputs: outputsIn(body).map((one) => without(one, 'parameters')) }, 'parameters'),
    ),
    caughtBy: [
      'rest.binary.output',
      'rest.binary.all-outputs',
      'rest.binary.overridden',
      'rest.binary.header',
    ],
  },
  {
    name: 'does not let an output differ from the others',
    fault: misread((body) => ({
      ...body,
      outputs: outputsIn(body).map((one) => without(one, 'parameters')),
    })),
    caughtBy: ['rest.binary.overridden'],
  },
  {
    name: 'does not tell where its JSON ends',
    fault: async (_, right) => {
      const answer = await right()
      return { ...answer, headers: { 'content-type': answer.headers['content-type'] ?? '' } }
    },
    caughtBy: ['rest.binary.header', 'rest.binary.all-outputs'],
  },
  {
    name: 'answers bytes with bytes',
    fault: async (request, right) => (isBinary(request) ? right(wantingBytes(request)) : right()),
    caughtBy: ['rest.binary.json-by-default'],
  },
  {
    name: 'takes no raw body',
    model: 'single',
    fault: on(isRaw, answers(400)),
    caughtBy: ['rest.raw.answer'],
  },
  {
    name: 'answers a raw body with JSON',
    model: 'single',
    fault: async (request, right) =>
      isRaw(request)
        ? json({
            model_name: 'single',
            outputs: [{ name: 'scores', datatype: 'FP32', shape: [1, 3], data: [0.5, 1, 1.5] }],
          })
        : right(),
    caughtBy: ['rest.raw.binary-outputs'],
  },
  {
    name: 'does not classify',
    fault: misread((body) => ({
      ...body,
      outputs: outputsIn(body).map((one) => without(one, 'parameters')),
    })),
    caughtBy: ['rest.classification.count', 'rest.classification.order'],
  },
  {
    name: 'takes the smallest for the largest',
    fault: rewritten((text) => text.replace('"1.5:2"', '"0.5:0"')),
    caughtBy: ['rest.classification.order'],
  },
  {
    name: 'reads nothing compressed',
    fault: on(({ headers }) => /^(gzip|deflate)$/.test(String(headers['content-encoding'])), answers(500)),
    caughtBy: ['rest.compression.gzip-request', 'rest.compression.deflate-request'],
  },
  {
    name: 'says that it compresses, and does not',
    fault: async (_, right) => {
      const answer = await right()
      return answer.headers['content-encoding'] === undefined ? answer : { ...answer, body: 'plain' }
    },
    caughtBy: ['rest.compression.gzip-reply', 'rest.compression.deflate-reply'],
  },
  {
    name: 'compresses by what was not accepted',
    fault: async (_, right) => {
      const answer = await right()
      if (answer.headers['content-encoding'] !== 'deflate') return answer
      return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body: gzipSync('{}') }
    },
    caughtBy: ['rest.compression.deflate-reply'],
  },
  {
    name: 'counts nothing',
    fault: changed(at(/\/stats$/), (body) => statistics(body, (stat) => ({ ...stat, inference_count: 4 }))),
    caughtBy: ['rest.statistics.count'],
  },
  {
    name: 'has counts as text',
    fault: changed(at(/\/stats$/), (body) => statistics(body, (stat) => ({ ...stat, execution_count: '4' }))),
    caughtBy: ['rest.statistics.model', 'rest.statistics.all-models', 'rest.statistics.count'],
  },
  {
    name: 'has no durations',
    fault: changed(at(/\/stats$/), (body) => statistics(body, (stat) => ({ ...stat, inference_stats: {} }))),
    caughtBy: ['rest.statistics.durations'],
  },
  {
    name: 'has an empty configuration',
    fault: changed(at(/\/config$/), (body) => ({ ...body, input: [] })),
    caughtBy: ['rest.configuration.model'],
  },
  {
    name: 'has an index of nothing',
    fault: on(at(/\/repository\/index$/), json([])),
    caughtBy: ['rest.repository.index', 'rest.repository.index-ready'],
  },
  {
    name: 'wants a body for the index',
    fault: on(
      (request) => request.path === '/v2/repository/index' && request.body.byteLength === 0,
      answers(400),
    ),
    caughtBy: ['rest.repository.index-without-body'],
  },
  {
    name: 'does not load',
    fault: on(at(/mixed\/load$/), answers(500)),
    caughtBy: ['rest.repository.load-again', 'rest.repository.unload-and-load'],
  },
  {
    name: 'answers by a model that it unloaded',
    fault: answersWhenUnloaded(),
    caughtBy: ['rest.repository.unload-and-load'],
  },
  {
    name: 'is another one after an error',
    fault: changesAfterErrors(),
    caughtBy: ['rest.after.same-answer'],
  },
]

function statistics(
  body: Readonly<Record<string, JsonValue>>,
  change: (stat: Readonly<Record<string, JsonValue>>) => JsonValue,
): JsonValue {
  const stats = body['model_stats'] as readonly Readonly<Record<string, JsonValue>>[]
  return { model_stats: stats.map(change) }
}

function wantingBytes(request: TinyRequest): TinyRequest {
  const length = Number(request.headers['inference-header-content-length'])
  const text = Buffer.from(request.body.subarray(0, length)).toString('utf8')
  const json = Buffer.from(text.replace('{', '{"parameters":{"binary_data_output":true},'))
  return {
    ...request,
    headers: { ...request.headers, 'inference-header-content-length': String(json.byteLength) },
    body: Buffer.concat([json, request.body.subarray(length)]),
  }
}

function answersWhenUnloaded(): NamedFault['fault'] {
  let unloaded = false
  return async (request, right) => {
    if (request.path.endsWith('/mixed/unload')) unloaded = true
    if (request.path.endsWith('/mixed/load')) unloaded = false
    const answer = await right()
    return unloaded && infers(request) ? json({ model_name: 'mixed', outputs: [] }) : answer
  }
}

function changesAfterErrors(): NamedFault['fault'] {
  let errors = 0
  const other = rewritten((text) => text.replace('[0.5,', '[7,'))
  return async (request, right) => {
    if (request.path.endsWith('/config')) errors++
    return errors > 0 ? other(request, right) : right()
  }
}
