import { hideUserInfo } from '../client/server-url.ts'
import { isPathSegment } from '../core/path-segment.ts'
import type { Healthcheck, ImageConfig } from './image.ts'
import type { Platform } from './platform.ts'

/** What an image tells of the model in it, by its labels. */
export interface ImageModel {
  readonly name: string
  /** As it was named; a password in it stays out of the label. Left out for a path: it says nothing on another machine. */
  readonly uri?: string | undefined
  readonly version?: string | undefined
  readonly runId?: string | undefined
  /** `sha256:` and 64 hex digits, of the model's files. */
  readonly digest?: string | undefined
  /** Name of the one file in the model's folder that is served; left out where its MLmodel says what is. */
  readonly file?: string | undefined
}

export interface ConfigFacts {
  readonly platform: Platform
  /** Of Headrace. */
  readonly version: string
  /** Left out where the model is mounted at run time. */
  readonly model?: ImageModel | undefined
}

/** Where a model lies in an image, as in MLflow's and SageMaker's. */
export const MODEL_FOLDER = '/opt/ml/model'
export const PROGRAM_FOLDER = '/opt/headrace'
export const NODE = '/usr/local/bin/node'

/** MLflow's image answers there, as SageMaker, Vertex AI and Cloud Run ask. */
export const IMAGE_PORT = 8080

/** Id of the user that a container runs as, and of its group: nobody in particular, and not root. */
export const IMAGE_USER_ID = 1000
export const HOME = '/home/headrace'

/**
 * What a container of a model's image runs: the same in an image that Headrace builds and in a Dockerfile that it
 * writes. Nothing of it changes between two builds of the same model.
 */
export function configOf({ platform, version, model }: ConfigFacts): ImageConfig {
  return {
    platform,
    user: `${IMAGE_USER_ID}:${IMAGE_USER_ID}`,
    environment: environmentOf(model),
    entrypoint: [NODE, `${PROGRAM_FOLDER}/main.js`],
    command: ['serve'],
    workingFolder: HOME,
    ports: [IMAGE_PORT],
    labels: labelsOf(version, model),
    healthcheck: HEALTHCHECK,
    stopSignal: 'SIGTERM',
  }
}

function environmentOf(model: ImageModel | undefined): ImageConfig['environment'] {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME,
    HEADRACE_MODEL_URI: model === undefined ? MODEL_FOLDER : modelUriOf(model),
    MLFLOW_HOST: '0.0.0.0',
    MLFLOW_PORT: String(IMAGE_PORT),
    // onnxruntime writes to the user's folders otherwise.
    ORT_DISABLE_TELEMETRY: '1',
  }
}

/** `NAME=PATH` where the name can stand there: it is part of the paths of requests. */
function modelUriOf({ name, file }: ImageModel): string {
  const path = file === undefined ? MODEL_FOLDER : `${MODEL_FOLDER}/${file}`
  return /^[\w.-]+$/.test(name) && isPathSegment(name) ? `${name}=${path}` : path
}

const HEALTHCHECK: Healthcheck = {
  command: [NODE, `${PROGRAM_FOLDER}/healthcheck.js`],
  intervalMs: 30_000,
  timeoutMs: 5000,
  startPeriodMs: 60_000,
  retries: 3,
}

/** Lets SageMaker choose the port, as it does for the containers of an inference pipeline. */
const PIPELINES = { 'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true' }

/** OCI's own where it has one (image specification 1.1, annotations.md). */
function labelsOf(version: string, model: ImageModel | undefined): ImageConfig['labels'] {
  const headrace = { 'headrace.version': version, ...PIPELINES }
  if (model === undefined) return { 'org.opencontainers.image.title': 'headrace', ...headrace }
  const { name, uri, version: modelVersion, runId, digest } = model
  return {
    'org.opencontainers.image.title': name,
    ...given('org.opencontainers.image.version', modelVersion),
    ...headrace,
    'headrace.model.name': name,
    ...given('headrace.model.uri', uri === undefined ? undefined : hideUserInfo(uri)),
    ...given('headrace.model.version', modelVersion),
    ...given('headrace.model.run_id', runId),
    ...given('headrace.model.digest', digest),
  }
}

function given(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: value }
}
