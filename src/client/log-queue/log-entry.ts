import { asciiJson } from '../../core/ascii-json.ts'
import type { Param } from '../../entities/param.ts'
import type { Tag } from '../../entities/tag.ts'
import type { NewMetric } from '../api/metric-client.ts'
import type { WholeBatch } from './log-failure.ts'

/** One thing that waits to be logged. */
export type LogEntry =
  | { readonly kind: 'metric'; readonly metric: NewMetric }
  | { readonly kind: 'param'; readonly param: Param }
  | { readonly kind: 'tag'; readonly tag: Tag }

/** MLflow's limits of a call of log-batch (`mlflow/utils/validation.py`, 3.17.2). */
const MOST = { metric: 1000, param: 100, tag: 100 } as const
export const MOST_ENTRIES = 1000
/** MLflow refuses calls of more than 1,000,000 bytes. */
const MOST_BYTES = 900_000
/** Of a metric besides its texts, with the indentation of MLflow's JSON. */
const ENTRY_BYTES = 220

/** Takes from the front of the queue what goes into one call, in its order. */
export function takeBatch(queue: LogEntry[]): readonly LogEntry[] {
  const counts = { metric: 0, param: 0, tag: 0 }
  const params = new Set<string>()
  let bytes = 0
  let taken = 0
  for (const entry of queue) {
    bytes += bytesOf(entry)
    counts[entry.kind] += 1
    const isFull = counts[entry.kind] > MOST[entry.kind] || taken === MOST_ENTRIES
    if (taken > 0 && (isFull || bytes > MOST_BYTES)) break
    // A param twice in one call is refused, where it is fine in two calls.
    if (entry.kind === 'param' && params.has(entry.param.key)) break
    if (entry.kind === 'param') params.add(entry.param.key)
    taken += 1
  }
  return queue.splice(0, taken)
}

/** What one call logs; of a tag that is there twice the later value. */
export function asLogBatch(entries: readonly LogEntry[]): WholeBatch {
  const tags = new Map<string, Tag>()
  for (const entry of entries) if (entry.kind === 'tag') tags.set(entry.tag.key, entry.tag)
  return {
    metrics: entries.flatMap((entry) => (entry.kind === 'metric' ? [entry.metric] : [])),
    params: entries.flatMap((entry) => (entry.kind === 'param' ? [entry.param] : [])),
    tags: [...tags.values()],
  }
}

/** At least as many as the entry takes in a call. */
function bytesOf(entry: LogEntry): number {
  if (entry.kind === 'param') return ENTRY_BYTES + textBytes(entry.param.key) + textBytes(entry.param.value)
  if (entry.kind === 'tag') return ENTRY_BYTES + textBytes(entry.tag.key) + textBytes(entry.tag.value)
  const { key, modelId = '', datasetName = '', datasetDigest = '' } = entry.metric
  return (
    ENTRY_BYTES + [key, modelId, datasetName, datasetDigest].reduce((sum, text) => sum + textBytes(text), 0)
  )
}

function textBytes(text: string): number {
  return asciiJson(text).length
}
