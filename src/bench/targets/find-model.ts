import { invalidParameter } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { type HttpPeer, jsonOf, recordsOf } from './http-peer.ts'
import { member } from './read-metadata.ts'

/**
 * A model that the server has: the first that is ready of V2's index (a POST, as the extension wants), of Triton's statistics, of
 * OpenVINO's configuration, or of the list of V1 or of KServe's V2.
 * @throws ServingError INVALID_PARAMETER_VALUE where the server does not tell
 */
export async function firstModel(peer: HttpPeer): Promise<string> {
  const index = recordsOf(jsonOf(await peer.post('/v2/repository/index', {})))
  const ready = index.find(({ state }) => state === 'READY') ?? index[0]
  if (typeof ready?.['name'] === 'string') return ready['name']
  const [statistics] = recordsOf(member(await peer.json('/v2/models/stats'), ['model_stats']))
  if (typeof statistics?.['name'] === 'string') return statistics['name']
  for (const path of ['/v1/models', '/v2/models']) {
    const listed = member(await peer.json(path), ['models'])
    if (Array.isArray(listed) && typeof listed[0] === 'string') return listed[0]
  }
  const configured = await peer.json('/v1/config')
  // OpenVINO's: an object with a member for each model.
  const name = isRecord(configured) ? Object.keys(configured)[0] : undefined
  if (name !== undefined) return name
  throw invalidParameter(`${peer.url} does not tell which models it has: name one with --model`)
}
