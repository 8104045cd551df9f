import type { Endpoint } from './endpoint.ts'
import { artifactEndpoints } from './endpoints/artifacts.ts'
import { datasetEndpoints } from './endpoints/datasets.ts'
import { experimentEndpoints } from './endpoints/experiments.ts'
import { loggedModelEndpoints } from './endpoints/logged-models.ts'
import { metricEndpoints } from './endpoints/metrics.ts'
import { modelVersionEndpoints } from './endpoints/model-versions.ts'
import { registeredModelEndpoints } from './endpoints/registered-models.ts'
import { runEndpoints } from './endpoints/runs.ts'
import { searchExperimentsEndpoints } from './endpoints/search-experiments.ts'
import { searchRunsEndpoints } from './endpoints/search-runs.ts'

/** Every endpoint of the API, by nouns. Its order is the same in all threads: they name endpoints by their place. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...experimentEndpoints,
  ...searchExperimentsEndpoints,
  ...runEndpoints,
  ...searchRunsEndpoints,
  ...metricEndpoints,
  ...datasetEndpoints,
  ...loggedModelEndpoints,
  ...artifactEndpoints,
  ...registeredModelEndpoints,
  ...modelVersionEndpoints,
]
