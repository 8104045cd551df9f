import { must } from '../../../protocols/mlflow-rest/request-rules.ts'
import { isList, type PyValue } from '../../../protocols/mlflow-scoring/python/python-value.ts'

/** Values that a chart gets of each run, at most. */
export const MAX_RESULTS_PER_RUN = 2500

const MAX_RUNS = 100

export const itemsAreTexts = must((items) => isList(items) && items.every((item) => typeof item === 'string'))

export const withRunLimit = must(
  (items) => countOf(items) <= MAX_RUNS,
  (items) =>
    `GetMetricHistoryBulkInterval request must specify at most ${MAX_RUNS} run_ids. Received ${countOf(items)} run_ids.`,
)

export const withinSampleSize = must((value) => {
  const count = Number(value)
  return count >= 1 && count < MAX_RESULTS_PER_RUN + 1
}, `max_results must be between 1 and ${MAX_RESULTS_PER_RUN}.`)

function countOf(items: PyValue): number {
  return isList(items) ? items.length : 0
}
