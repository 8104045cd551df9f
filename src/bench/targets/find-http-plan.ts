import {
  ARRAYS,
  binaryRequest,
  openInferenceRequest,
  v1Columns,
  v1Request,
} from '../payloads/tensor-bodies.ts'
import type { Dialect } from '../target.ts'
import { firstModel } from './find-model.ts'
import type { FoundPlan } from './found-plan.ts'
import type { HttpPeer } from './http-peer.ts'
import { findScoringPlan } from './mlflow/scoring-plans.ts'
import { readMetadata, readV1Metadata } from './read-metadata.ts'
import { recogniseServer } from './recognise-server.ts'
import type { TargetOptions } from './target-options.ts'
import { knownPath, modelPath } from './target-url.ts'
import { findTensorPlan } from './tensor-plans.ts'
import type { Trial } from './trial.ts'

export interface HttpSearch {
  readonly peer: HttpPeer
  readonly trial: Trial
  /** Of a URL that has one of a dialect. */
  readonly path: string | undefined
  readonly options: TargetOptions
}

/** What a server takes, by the dialect that is wanted, else by its own. @throws ServingError where it takes nothing */
export async function findHttpPlan(search: HttpSearch): Promise<FoundPlan> {
  const { peer, options, path } = search
  const known = path === undefined ? undefined : knownPath(path)
  const wanted = options.dialect === 'plain' ? undefined : options.dialect
  const given = wanted ?? (known?.dialect === 'plain' ? undefined : known?.dialect)
  const server = given === undefined ? await recogniseServer(peer) : undefined
  const found = await planOf(given ?? server?.dialect ?? 'mlflow', search)
  return { ...found, found: [...(server === undefined ? [] : [server.text]), ...found.found] }
}

function planOf(dialect: Dialect, search: HttpSearch): Promise<FoundPlan> {
  if (dialect === 'open-inference') return openInferencePlan(search)
  if (dialect === 'v1') return v1Plan(search)
  return scoringPlan(search)
}

async function scoringPlan({ peer, trial, options, path: given }: HttpSearch): Promise<FoundPlan> {
  const { modelName, rows = 1, model } = options
  const path = given ?? (modelName === undefined ? SCORING_PATH : await scoringPath(peer, modelName, options))
  return findScoringPlan({ peer, trial, path, rows, model })
}

const SCORING_PATH = '/invocations'

/** Headrace has each of its models under its name; MLflow's server has the one, whatever it is called. */
async function scoringPath(
  peer: HttpPeer,
  modelName: string,
  { modelVersion }: TargetOptions,
): Promise<string> {
  const version = modelVersion === undefined ? '' : `/versions/${encodeURIComponent(modelVersion)}`
  const named = `/models/${encodeURIComponent(modelName)}${version}${SCORING_PATH}`
  const isMlflow = (await peer.get('/v2')).status === 404
  return isMlflow ? SCORING_PATH : named
}

async function openInferencePlan(search: HttpSearch): Promise<FoundPlan> {
  const { peer, trial, options } = search
  const { name, version } = await modelOf(search)
  const path = search.path ?? modelPath('open-inference', { name, version })
  const metadata = await peer.json(modelPath('open-inference', { name, version }).replace(/\/infer$/, ''))
  const found = await findTensorPlan({
    ...{ url: peer.url, trial, rows: options.rows ?? 1, model: options.model },
    inputs: readMetadata(metadata),
    way: {
      ...{ dialect: 'open-inference', method: 'POST', path },
      ...(options.binary === true
        ? { form: 'binary', writers: [binaryRequest] }
        : {
            form: 'json',
            writers: [openInferenceRequest, (tensors) => openInferenceRequest(tensors, ARRAYS)],
          }),
    },
  })
  return { ...found, found: [`model ${name} by V2`, ...found.found] }
}

/** V1 of KServe has no metadata; a server of both has that of V2. */
async function v1Plan(search: HttpSearch): Promise<FoundPlan> {
  const { peer, trial, options } = search
  const { name, version } = await modelOf(search)
  const path = search.path ?? modelPath('v1', { name, version })
  const described = readV1Metadata(
    await peer.json(modelPath('v1', { name, version }).replace(/:predict$/, '/metadata')),
  )
  const found = await findTensorPlan({
    ...{ url: peer.url, trial, rows: options.rows ?? 1, model: options.model },
    inputs: described ?? readMetadata(await peer.json(`/v2/models/${encodeURIComponent(name)}`)),
    way: { ...{ dialect: 'v1', method: 'POST', path, form: 'json' }, writers: [v1Request, v1Columns] },
  })
  return { ...found, found: [`model ${name} by V1`, ...found.found] }
}

async function modelOf({
  path,
  peer,
  options,
}: HttpSearch): Promise<{ name: string; version: string | undefined }> {
  const inPath = path === undefined ? undefined : knownPath(path)
  const name = inPath?.modelName ?? options.modelName ?? (await firstModel(peer))
  return { name, version: inPath?.modelVersion ?? options.modelVersion }
}
