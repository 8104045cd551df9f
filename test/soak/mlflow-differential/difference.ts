import { isSameJson } from '../../protocol/mlflow-scoring/same-json.ts'
import type { Answer } from './mlflow-process.ts'

export interface Difference {
  readonly what: 'status' | 'prediction' | 'error code' | 'error class'
}

/** What differs by the rules of the recordings: test/protocol/mlflow-scoring/README.md; and the class of errors. */
export function differenceOf(mlflow: Answer, headrace: Answer): Difference | undefined {
  if (mlflow.status !== headrace.status) return { what: 'status' }
  if (mlflow.status === 200)
    return isSameJson(headrace.body, mlflow.body) ? undefined : { what: 'prediction' }
  const [wanted, found] = [errorOf(mlflow), errorOf(headrace)]
  if (wanted.error_code !== found.error_code) return { what: 'error code' }
  if (wanted.error_class !== found.error_class || wanted.sqlstate !== found.sqlstate)
    return { what: 'error class' }
  return undefined
}

function errorOf({ body }: Answer): Readonly<Record<'error_code' | 'error_class' | 'sqlstate', unknown>> {
  return JSON.parse(body)
}
