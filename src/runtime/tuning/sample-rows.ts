import type { TensorMap } from '../../core/tensor.ts'
import { rowCount, sliceRows } from '../../core/tensor-rows.ts'
import type { ScoringCodec } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { SampleBody } from '../load/scoring-sample.ts'
import { areSame } from './trial-row.ts'

/** Bodies after the first are read as long as all of them are no larger: reading keeps the serving thread. */
const MOST_BYTES = 1024 * 1024

/** Up to `most` rows that differ, one a map, from the requests that a model brings along. */
export async function sampleRows(
  samples: readonly SampleBody[],
  scoring: ScoringCodec,
  most: number,
): Promise<TensorMap[]> {
  const rows: TensorMap[] = []
  let bytes = 0
  for (const sample of samples) {
    bytes += sample.body.length
    if (rows.length >= most || (rows.length > 0 && bytes > MOST_BYTES)) break
    for (const row of await rowsOf(sample, scoring, most)) {
      if (rows.length < most && !rows.some((known) => areSame(known, row))) rows.push(row)
    }
  }
  return rows
}

async function rowsOf(
  { body, mediaType }: SampleBody,
  scoring: ScoringCodec,
  most: number,
): Promise<TensorMap[]> {
  try {
    const { inputs } = (await scoring.decode(body, mediaType)).request
    const rows = rowCount(inputs)
    for (const { shape } of inputs.values()) if (shape[0] !== rows) return []
    return Array.from({ length: Math.min(rows, most) }, (_, row) => sliceRows(inputs, row, row + 1))
  } catch {
    // A recorded refusal, or an example that does not fit.
    return []
  }
}
