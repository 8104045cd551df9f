import type { DatasetStore } from './dataset-store.ts'
import type { ExperimentStore } from './experiment-store.ts'
import type { LoggedModelStore } from './logged-model-store.ts'
import type { MetricStore } from './metric-store.ts'
import type { RunStore } from './run-store.ts'

/** MLflow's tracking store, by nouns. */
export interface TrackingStore {
  readonly experiments: ExperimentStore
  readonly runs: RunStore
  readonly metrics: MetricStore
  readonly datasets: DatasetStore
  readonly loggedModels: LoggedModelStore
}
