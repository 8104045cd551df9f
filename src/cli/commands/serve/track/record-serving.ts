import { createLogger } from '../../../../server/logger.ts'
import { openTrackingClient } from '../../../tracking/open-client.ts'
import { ServingRecord } from './serving-record.ts'
import type { TrackData, TrackReply, TrackRequest } from './track-messages.ts'

/** A tracking server has this long to answer: the next figures come anyway. */
const MOST_TIMEOUT_MS = 10_000

/** Opens what is recorded in. @returns what takes the requests to the thread, one after the other */
export async function recordServing(
  data: TrackData,
  tell: (reply: TrackReply) => void,
): Promise<(request: TrackRequest) => Promise<void>> {
  const { settings } = data
  const hasty = {
    ...settings,
    httpRequestMaxRetries: 0,
    httpRequestTimeoutMs: Math.min(settings.httpRequestTimeoutMs, MOST_TIMEOUT_MS),
  }
  const client = await openTrackingClient(hasty, createLogger({ level: 'silent', format: 'json' }))
  const record = new ServingRecord(data, client, (level, message) => tell({ kind: 'log', level, message }))
  return async (request) => {
    if (request.kind === 'figures') return record.record(request.figures, request.at)
    await record.end(request.figures, request.at, request.status)
    await client.close().catch(() => undefined)
  }
}
