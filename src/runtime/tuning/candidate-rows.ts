import type { TensorMap } from '../../core/tensor.ts'
import { NotBatched } from './not-batched.ts'
import { sampleRows } from './sample-rows.ts'
import { seededRows } from './seeded-rows.ts'
import { MOST_ROWS } from './trial-rows.ts'
import type { TunerOptions } from './tuning-options.ts'

/** Rows that the model is likely to take, one a map. @throws NotBatched where there is none to be had. */
export async function candidateRows({
  samples,
  scoring,
  engine,
}: Pick<TunerOptions, 'samples' | 'scoring' | 'engine'>): Promise<readonly TensorMap[]> {
  const rows = await sampleRows(samples, scoring, MOST_ROWS)
  if (rows.length > 0) return rows
  const made = await seededRows(engine.inputs, MOST_ROWS)
  if (made.length > 0) return made
  throw new NotBatched(
    samples.length === 0
      ? 'the model brings no input example to try batches with'
      : 'the requests that the model brings along have no rows to try batches with',
  )
}
