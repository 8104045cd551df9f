import type { ConformanceCase } from '../conformance-case.ts'
import { modelPath } from '../discover-subject.ts'
import { clauseOf } from '../specification.ts'
import { readTensorDescription } from '../tensor-description.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import {
  headerOf,
  listMember,
  mustBeRefused,
  mustSucceed,
  succeededWith,
  textMember,
  textsMember,
} from '../wire/read-answer.ts'
import { UNKNOWN } from './unknown-names.ts'

const group = 'metadata'
const SERVER = clauseOf('rest', 'Server Metadata Response JSON Object')
const MODEL = clauseOf('rest', 'Model Metadata Response JSON Object')

export const METADATA_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.metadata.server',
    group,
    level: 'must',
    title: 'The server tells its name, its version and its extensions',
    clause: SERVER,
    async run({ rest }) {
      const body = succeededWith(await rest.get('/v2'))
      textMember(body, 'name')
      textMember(body, 'version')
      textsMember(body, 'extensions')
    },
  },
  {
    id: 'rest.metadata.server-slash',
    group,
    level: 'should',
    title: 'The server tells it at /v2/ too, which is the path that the OpenAPI document has',
    clause: clauseOf('openapi', 'paths /v2/'),
    run: async ({ rest }) => mustSucceed(await rest.get('/v2/')),
  },
  {
    id: 'rest.metadata.content-type',
    group,
    level: 'should',
    title: 'Metadata come as application/json',
    clause: clauseOf('rest', 'HTTP/REST'),
    async run({ rest }) {
      const type = headerOf(await rest.get('/v2'), 'content-type') ?? ''
      must(/^application\/json\b/i.test(type), 'Content-Type should be application/json', type)
    },
  },
  {
    id: 'rest.metadata.model',
    group,
    level: 'must',
    title: 'The model has its name, its platform, and inputs and outputs with name, datatype and shape',
    clause: MODEL,
    run: mustDescribeModel,
  },
  {
    id: 'rest.metadata.model-inputs',
    group,
    level: 'should',
    title: 'The model names its inputs and its outputs',
    clause: MODEL,
    async run(bench) {
      const body = succeededWith(await bench.rest.get(bench.path()))
      for (const name of ['inputs', 'outputs']) {
        must(listMember(body, name).length > 0, `"${name}" should have the tensors of the model`)
      }
    },
  },
  {
    id: 'rest.metadata.versions',
    group,
    level: 'must',
    title: 'Each version that the metadata name can be asked for by its path',
    clause: MODEL,
    run: mustHaveVersions,
  },
  {
    id: 'rest.metadata.unknown-model',
    group,
    level: 'must',
    title: 'Asking for a model that is not there is an error',
    clause: clauseOf('rest', 'Model Metadata Response JSON Error Object'),
    run: async ({ rest }) => mustBeRefused(await rest.get(modelPath(UNKNOWN, undefined)), 'an unknown model'),
  },
  {
    id: 'rest.metadata.unknown-version',
    group,
    level: 'must',
    title: 'Asking for a version that is not there is an error',
    clause: clauseOf('rest', 'Model Metadata Response JSON Error Object'),
    run: async ({ rest, subject }) =>
      mustBeRefused(await rest.get(modelPath(subject.modelName, '987654')), 'an unknown version'),
  },
]

async function mustDescribeModel(bench: TestBench): Promise<void> {
  const body = succeededWith(await bench.rest.get(bench.path()))
  const { modelName } = bench.subject
  must(body['name'] === modelName, `"name" must be ${modelName}`, body['name'])
  textMember(body, 'platform')
  // Optional by the OpenAPI document.
  for (const name of ['inputs', 'outputs']) {
    if (body[name] !== undefined) listMember(body, name).map(readTensorDescription)
  }
  if (body['versions'] !== undefined && body['versions'] !== null) textsMember(body, 'versions')
}

async function mustHaveVersions({ model, rest }: TestBench): Promise<void> {
  if (model.versions.length === 0) notApplicable('the model has no versions that could be asked for')
  for (const version of model.versions.slice(0, 5)) {
    const body = succeededWith(await rest.get(modelPath(model.name, version)))
    must(body['name'] === model.name, `"name" must be ${model.name}`, body['name'])
    mustSucceed(await rest.get(modelPath(model.name, version, '/ready')))
  }
}
