import { ERROR_CASES } from '../../../src/conformance/cases/errors.ts'
import { answers, at, changed, type NamedFault, on, without } from './faults.ts'
import { json } from './tiny-server.ts'

const ERRORS = ERROR_CASES.map(({ id }) => id)
const BINARY_ERRORS = [
  ...['size-too-small', 'size-too-large', 'size-not-a-number', 'truncated', 'trailing', 'header-too-long'],
  ...['header-too-short', 'header-not-a-number', 'header-negative'],
].map((name) => `rest.binary.${name}`)

const isOfModel = at(/^\/v2\/models\/[a-z]+$/)

/** Of servers that refuse wrongly, or describe themselves wrongly. */
export const ERROR_FAULTS: readonly NamedFault[] = [
  {
    name: 'takes whatever it is sent',
    fault: async (_, right) => {
      const answer = await right()
      return answer.status < 400 ? answer : json({})
    },
    caughtBy: [
      ...ERRORS.filter(
        (id) =>
          id !== 'rest.errors.content-type' &&
          id !== 'rest.errors.ragged-data' &&
          id !== 'rest.errors.ragged-data-status',
      ),
      ...BINARY_ERRORS,
      ...['rest.health.unknown-model', 'rest.health.unknown-version'],
      ...['rest.metadata.unknown-model', 'rest.metadata.unknown-version'],
      ...['rest.datatypes.out-of-range', 'rest.datatypes.fraction', 'rest.datatypes.wrong-kind'],
      ...['rest.datatypes.null', 'rest.outputs.unknown', 'rest.ids.not-a-string'],
      ...['rest.parameters.not-an-object', 'rest.compression.not-compressed', 'rest.compression.truncated'],
      ...['rest.compression.unknown', 'rest.statistics.unknown-model', 'rest.configuration.unknown-model'],
      ...['rest.repository.index-bad-request', 'rest.repository.load-unknown'],
    ],
  },
  {
    name: 'takes any raw body and ragged data',
    model: 'single',
    fault: async (_, right) => {
      const answer = await right()
      return answer.status < 400 ? answer : json({})
    },
    caughtBy: ['rest.raw.wrong-length', 'rest.errors.ragged-data', 'rest.errors.ragged-data-status'],
  },
  {
    name: 'has plain text for errors',
    fault: async (_, right) => {
      const answer = await right()
      return answer.status < 400
        ? answer
        : { ...answer, body: 'no', headers: { 'content-type': 'text/plain' } }
    },
    caughtBy: [
      ...ERRORS.filter((id) => !/-status$|deep-json|method|unknown-path|ragged/.test(id)),
      ...['rest.metadata.unknown-model', 'rest.outputs.unknown', 'rest.repository.unload-unknown'],
    ],
  },
  {
    name: 'says that clients’ mistakes are its own',
    fault: async (_, right) => {
      const answer = await right()
      return answer.status < 400 ? answer : { ...answer, status: 500 }
    },
    caughtBy: ERRORS.filter((id) => /-status$/.test(id) && !/ragged/.test(id)),
  },
  {
    name: 'is not live',
    fault: on(at(/health/), answers(503)),
    caughtBy: ['rest.health.live', 'rest.health.ready', 'rest.after.ready'],
  },
  {
    name: 'is never ready with a model',
    fault: on(at(/\/ready$/), answers(503)),
    caughtBy: ['rest.health.model-ready', 'rest.metadata.versions'],
  },
  {
    name: 'has no version',
    fault: changed(at(/^\/v2$/), (body) => without(body, 'version')),
    caughtBy: ['rest.metadata.server'],
  },
  {
    name: 'knows one path of its metadata',
    fault: on(at(/^\/v2\/$/), answers(404)),
    caughtBy: ['rest.metadata.server-slash'],
  },
  {
    name: 'sends JSON as text',
    fault: async (_, right) => ({ ...(await right()), headers: { 'content-type': 'text/html' } }),
    caughtBy: ['rest.metadata.content-type', 'rest.infer.content-type', 'rest.errors.content-type'],
  },
  {
    name: 'has shapes as text',
    fault: changed(isOfModel, (body) => ({
      ...body,
      inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '2'] }],
    })),
    caughtBy: ['rest.metadata.model', 'rest.infer.answer'],
  },
  {
    name: 'keeps the inputs of its model to itself',
    fault: changed(isOfModel, (body) => ({ ...body, inputs: [], outputs: [] })),
    caughtBy: ['rest.metadata.model-inputs', 'rest.infer.answer'],
  },
  {
    name: 'names a version that it does not have',
    fault: changed(isOfModel, (body) => ({ ...body, versions: ['1', '2'] })),
    caughtBy: ['rest.metadata.versions'],
  },
]
