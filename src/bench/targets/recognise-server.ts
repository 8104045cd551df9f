import { invalidParameter } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import type { Dialect } from '../target.ts'
import { hopeless } from './hopeless.ts'
import { type HttpPeer, jsonOf } from './http-peer.ts'
import type { PeerAnswer } from './peer.ts'

/** Which server answers. */
export interface RecognisedServer {
  /** For a person: `mlserver 1.7.1`. */
  readonly text: string
  /** The one that it is best measured by. */
  readonly dialect: Exclude<Dialect, 'plain'>
}

/** A version as MLflow's `/version` writes it. */
const VERSION = /^\d+\.\d+\.\d+\S*$/

/**
 * Finds out by a few GETs which server there is: one of V2 tells its name, MLflow's has its version as bare text, V1
 * lists models or the configuration. Headrace, which is all of them, is measured as MLflow's is.
 * @throws ServingError INVALID_PARAMETER_VALUE where it is none of them, `unreachable` where nothing answers
 */
export async function recogniseServer(peer: HttpPeer): Promise<RecognisedServer> {
  const first = await peer.get('/v2')
  const server = jsonOf(first)
  if (isRecord(server) && typeof server['name'] === 'string') return openInferenceServer(server)
  const version = await peer.get('/version')
  if (version.status === 200 && VERSION.test(version.text.trim()))
    return mlflowServer(peer, version.text.trim())
  // OpenVINO's answers /v2 only in recent versions; KServe's and TensorFlow Serving's may have V1 alone.
  if (isRecord(await peer.json('/v1/config')))
    return { text: 'OpenVINO Model Server', dialect: 'open-inference' }
  const models = await peer.json('/v1/models')
  if (isRecord(models) && Array.isArray(models['models'])) return { text: 'a V1 server', dialect: 'v1' }
  if ((await peer.get('/v2/health/live')).status === 200)
    return { text: 'a V2 server', dialect: 'open-inference' }
  // MLflow before 2.0.2 has no /version, and answers the ping with one newline.
  const ping = await peer.get('/ping')
  if (ping.status === 200 && ping.text.trim() === '')
    return { text: 'an MLflow scoring server', dialect: 'mlflow' }
  if (isNotFoundOfTensorFlow(await peer.get('/v1/models/none'))) {
    return { text: 'TensorFlow Serving', dialect: 'v1' }
  }
  throw notRecognised(peer, first)
}

function openInferenceServer({ name, version }: Readonly<Record<string, unknown>>): RecognisedServer {
  const text = [name, version].filter((part) => typeof part === 'string').join(' ')
  return { text, dialect: String(name).toLowerCase() === 'headrace' ? 'mlflow' : 'open-inference' }
}

/** MLflow's tracking server tells its version at the same path. The scoring server alone has a ping. */
async function mlflowServer(peer: HttpPeer, version: string): Promise<RecognisedServer> {
  if ((await peer.get('/ping')).status !== 404) {
    return { text: `MLflow ${version} scoring server`, dialect: 'mlflow' }
  }
  throw invalidParameter(
    `${peer.url} is the tracking server of MLflow ${version}, which makes no predictions. Give the URL of ` +
      "'mlflow models serve'",
  )
}

/** @param first what was answered to the first question */
function notRecognised({ url }: HttpPeer, first: PeerAnswer): Error {
  const closed = first.status === 404 ? undefined : hopeless(`${url}/v2`, 'http', first)
  return (
    closed ??
    invalidParameter(
      `${url} is no server of MLflow, V2 or V1 that tells so. Give a URL with a path, as ${url}/predict, and a body ` +
        'with --payload FILE',
    )
  )
}

function isNotFoundOfTensorFlow({ status, text }: PeerAnswer): boolean {
  return status === 404 && /Could not find any versions of model|Servable not found/i.test(text)
}
