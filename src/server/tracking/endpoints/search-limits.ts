import { toPythonInteger } from '../../../protocols/mlflow-rest/read-scalar.ts'
import { must, type Rule } from '../../../protocols/mlflow-rest/request-rules.ts'

/** A page of at most so many results. */
export function atMost(limit: number): Rule {
  return must((value) => {
    const number = toPythonInteger(value)
    return number !== undefined && number <= BigInt(limit)
  })
}
