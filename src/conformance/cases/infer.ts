import type { ConformanceCase } from '../conformance-case.ts'
import { modelPath } from '../discover-subject.ts'
import { type InferenceReply, readInferenceReply } from '../inference-reply.ts'
import { mustBeEqual } from '../same-tensors.ts'
import { bodyOf } from '../sample-request.ts'
import { clauseOf } from '../specification.ts'
import type { ModelUnderTest } from '../subject.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import { jsonText } from '../wire/exact-json.ts'
import { headerOf, mustSucceed } from '../wire/read-answer.ts'

const group = 'infer'
const RESPONSE = clauseOf('rest', 'Inference Response JSON Object')
const REQUEST = clauseOf('rest', 'Inference Request JSON Object')

export const INFER_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.infer.answer',
    group,
    level: 'must',
    title: 'A request made from the metadata of the model is answered',
    clause: REQUEST,
    async run(bench) {
      must(bench.subject.sample !== undefined, bench.subject.problem)
      mustSucceed(await bench.infer())
    },
  },
  {
    id: 'rest.infer.model-name',
    group,
    level: 'must',
    title: 'The reply names the model',
    clause: RESPONSE,
    async run(bench) {
      const { modelName } = await bench.reply()
      must(
        modelName === bench.subject.modelName,
        `"model_name" must be ${bench.subject.modelName}`,
        modelName,
      )
    },
  },
  {
    id: 'rest.infer.model-version',
    group,
    level: 'must',
    title: 'A version in the reply is one that the metadata name',
    clause: RESPONSE,
    run: mustNameVersion,
  },
  {
    id: 'rest.infer.outputs',
    group,
    level: 'must',
    title: 'The reply has all outputs of the metadata, with their datatypes and shapes',
    clause: RESPONSE,
    run: async (bench) => mustFitMetadata(await bench.reply(), bench.model),
  },
  {
    id: 'rest.infer.content-type',
    group,
    level: 'should',
    title: 'The reply comes as application/json',
    clause: clauseOf('rest', 'Inference Request Examples'),
    async run(bench) {
      const type = headerOf(await bench.infer(), 'content-type') ?? ''
      must(/^application\/json\b/i.test(type), 'Content-Type should be application/json', type)
    },
  },
  {
    id: 'rest.infer.no-content-type',
    group,
    level: 'should',
    title: 'A request without Content-Type is read as JSON, as clients send it',
    clause: REQUEST,
    async run(bench) {
      const body = jsonText(bodyOf(bench.sample))
      mustSucceed(await bench.rest.send({ method: 'POST', path: bench.path('/infer'), body }))
    },
  },
  {
    id: 'rest.infer.version-path',
    group,
    level: 'must',
    title: 'The path of a version answers as the path of the model does',
    clause: REQUEST,
    run: mustInferByVersion,
  },
  {
    id: 'rest.infer.input-order',
    group,
    level: 'must',
    title: 'Inputs are known by their names, not by their places',
    clause: clauseOf('rest', 'Request Input'),
    async run(bench) {
      if (bench.sample.length < 2) notApplicable('the model has one input')
      const { outputs } = bench.reference
      const inputs = [...bodyOf(bench.sample).inputs].reverse()
      mustBeEqual(outputs, (await bench.reply({ inputs })).outputs, 'inputs in two orders')
    },
  },
  {
    id: 'rest.infer.whitespace',
    group,
    level: 'must',
    title: 'JSON may have blanks, line ends and members in any order',
    clause: clauseOf('rest', 'HTTP/REST'),
    run: mustReadAnyLayout,
  },
]

async function mustNameVersion(bench: TestBench): Promise<void> {
  const { modelVersion } = await bench.reply()
  if (modelVersion === undefined) notApplicable('the reply names no version, which is optional')
  const { versions, version } = bench.model
  if (version !== undefined)
    must(modelVersion === version, `"model_version" must be ${version}`, modelVersion)
  if (versions.length > 0) {
    must(versions.includes(modelVersion), `"model_version" must be one of ${versions}`, modelVersion)
  }
}

function mustFitMetadata({ outputs }: InferenceReply, model: ModelUnderTest): void {
  for (const described of model.outputs) {
    const found = outputs.find(({ name }) => name === described.name)
    must(found !== undefined, `the reply must have the output ${described.name}`)
    const { name, datatype, shape } = described
    must(found.datatype === datatype, `${name} must be ${datatype}`, found.datatype)
    must(isFitting(found.shape, shape), `${name} must fit the shape [${shape}]`, found.shape)
  }
  const names = model.outputs.map(({ name }) => name)
  const stray = outputs.find(({ name }) => names.length > 0 && !names.includes(name))
  must(stray === undefined, 'the reply must have no other outputs', stray?.name)
}

function isFitting(shape: readonly number[], described: readonly number[]): boolean {
  return (
    shape.length === described.length && described.every((size, axis) => size === -1 || size === shape[axis])
  )
}

async function mustInferByVersion(bench: TestBench): Promise<void> {
  const { name, versions } = bench.model
  const version = (await bench.reply()).modelVersion ?? versions.at(-1)
  if (version === undefined || !versions.includes(version)) {
    notApplicable('the model has no versions that could be asked for')
  }
  const path = modelPath(name, version, '/infer')
  const reply = readInferenceReply(await bench.rest.postJson(path, jsonText(bodyOf(bench.sample))))
  mustBeEqual(bench.reference.outputs, reply.outputs, 'with and without a version')
}

async function mustReadAnyLayout(bench: TestBench): Promise<void> {
  const inputs = bodyOf(bench.sample).inputs.map(
    ({ name, shape, datatype, data }) =>
      `{\n\t"data" : ${jsonText(data)} ,\r\n "shape": ${jsonText(shape)}, "datatype" :"${datatype}", "name": ${JSON.stringify(name)} }`,
  )
  const body = ` \n{ "inputs" :\n [ ${inputs.join(' ,\n ')} ]\n }\n `
  const reply = readInferenceReply(await bench.rest.postJson(bench.path('/infer'), body))
  mustBeEqual(bench.reference.outputs, reply.outputs, 'two layouts of the same JSON')
}
