import type { MlflowBody } from '../../../src/runtime/body-scorer.ts'

export const JSON_BODY: MlflowBody = { protocol: 'mlflow-scoring', mediaType: 'application/json' }
