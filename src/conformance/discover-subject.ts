import { invalidParameter, unreachable } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'
import { type InferenceReply, readInferenceReply } from './inference-reply.ts'
import { mustBeEqual } from './same-tensors.ts'
import { bodyOf, type Filling, type SampleRequest, sampleTensor } from './sample-request.ts'
import type { ModelUnderTest, ServerUnderTest, Subject } from './subject.ts'
import { readTensorDescription, type TensorDescription } from './tensor-description.ts'
import { Verdict } from './verdict.ts'
import { jsonText } from './wire/exact-json.ts'
import {
  type JsonObject,
  jsonOf,
  listMember,
  objectOf,
  succeededWith,
  textMember,
  textsMember,
} from './wire/read-answer.ts'
import { NoAnswer, type RestPeer } from './wire/rest-peer.ts'

export interface Wanted {
  readonly modelName: string | undefined
  readonly modelVersion: string | undefined
  /** A request that the model takes; made from its metadata where there is none. */
  readonly sample: SampleRequest | undefined
}

/**
 * Finds out what there is to try.
 * @throws ServingError TEMPORARILY_UNAVAILABLE where nothing answers, INVALID_PARAMETER_VALUE where no model is found
 */
export async function discoverSubject(rest: RestPeer, wanted: Wanted): Promise<Subject> {
  await mustAnswer(rest)
  const server = await attempt(() => readServer(rest))
  const modelName = wanted.modelName ?? (await firstReadyModel(rest))
  const model = await attempt(() => readModel(rest, modelName, wanted.modelVersion))
  const found = await findSample(rest, model, wanted)
  return { server, modelName, model, ...found }
}

export function modelPath(name: string, version: string | undefined, suffix = ''): string {
  const ofVersion = version === undefined ? '' : `/versions/${encodeURIComponent(version)}`
  return `/v2/models/${encodeURIComponent(name)}${ofVersion}${suffix}`
}

async function mustAnswer(rest: RestPeer): Promise<void> {
  try {
    await rest.get('/v2/health/live')
  } catch (cause) {
    if (cause instanceof NoAnswer) throw unreachable(cause.message, { cause })
    throw cause
  }
}

/** undefined where the server does not do as it must: the cases tell what is wrong. */
async function attempt<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Verdict) return undefined
    throw error
  }
}

async function readServer(rest: RestPeer): Promise<ServerUnderTest> {
  const body = succeededWith(await rest.get('/v2'))
  return {
    name: textMember(body, 'name'),
    version: textMember(body, 'version'),
    extensions: textsMember(body, 'extensions'),
  }
}

async function firstReadyModel(rest: RestPeer): Promise<string> {
  const index = await attempt(async () => jsonOf((await rest.postJson('/v2/repository/index', '{}')).body))
  const models = Array.isArray(index) ? index.filter(isRecord).filter(({ state }) => state === 'READY') : []
  const stats = await attempt(async () =>
    listMember(objectOf((await rest.get('/v2/models/stats')).body), 'model_stats'),
  )
  const [first] = [...models, ...(stats ?? []).filter(isRecord)]
  if (typeof first?.['name'] === 'string') return first['name']
  throw invalidParameter(
    'The server does not tell which models it has: give the URL before its /v2, or name a model with --model',
  )
}

async function readModel(rest: RestPeer, name: string, version: string | undefined): Promise<ModelUnderTest> {
  const body = succeededWith(await rest.get(modelPath(name, version)))
  return {
    name,
    version,
    versions: Array.isArray(body['versions']) ? textsMember(body, 'versions') : [],
    platform: textMember(body, 'platform'),
    inputs: tensorsOf(body, 'inputs'),
    outputs: tensorsOf(body, 'outputs'),
  }
}

function tensorsOf(body: JsonObject, name: string): readonly TensorDescription[] {
  return body[name] === undefined ? [] : listMember(body, name).map(readTensorDescription)
}

type Found = Pick<Subject, 'sample' | 'reference' | 'problem'>

const GIVE_INPUT = 'give a request that the model takes with --input'

async function findSample(
  rest: RestPeer,
  model: ModelUnderTest | undefined,
  { modelName, modelVersion, sample: given }: Wanted,
): Promise<Found> {
  const samples = given !== undefined ? [given] : model === undefined ? [] : candidates(model)
  const name = model?.name ?? modelName
  let problem = 'the metadata of the model could not be read'
  for (const sample of name === undefined ? [] : samples) {
    const path = modelPath(name ?? '', modelVersion, '/infer')
    const ask = async () => readInferenceReply(await rest.postJson(path, jsonText(bodyOf(sample))))
    try {
      return { sample, ...referenceOf(await ask(), await ask()) }
    } catch (error) {
      if (!(error instanceof Verdict)) throw error
      problem = `no request was answered: ${error.message}`
    }
  }
  return { sample: undefined, reference: undefined, problem: `${problem}; ${GIVE_INPUT}` }
}

function referenceOf(first: InferenceReply, second: InferenceReply): Pick<Found, 'reference' | 'problem'> {
  return isEqual(first, second)
    ? { reference: first, problem: '' }
    : { reference: undefined, problem: 'the model does not answer the same request the same way' }
}

function isEqual(first: InferenceReply, second: InferenceReply): boolean {
  try {
    mustBeEqual(first.outputs, second.outputs, 'two answers')
    return true
  } catch {
    return false
  }
}

/** Sizes of the open dimensions that models of tables, sequences and pictures take. */
const OPEN_SIZES = [[1], [1, 8], [1, 32], [1, 224]]
const FILLINGS: readonly Filling[] = ['steps', 'zeros', 'ones']

function candidates({ inputs }: ModelUnderTest): readonly SampleRequest[] {
  if (inputs.length === 0) return []
  const isOpen = inputs.some(({ shape }) => shape.lastIndexOf(-1) > 0)
  const sizes = isOpen ? OPEN_SIZES : OPEN_SIZES.slice(0, 1)
  return sizes.flatMap((open) =>
    FILLINGS.map((filling) => inputs.map((input) => sampleTensor(input, open, filling))),
  )
}
