import { badRequest, type ServingError } from '../../../core/errors.ts'

const MAX_REASON_CHARACTERS = 500

/** MLflow's answer to every parquet body that cannot be read. Source: MLflow 3.17.2, `parse_parquet_input`. */
export function unreadableParquet(reason: string): ServingError {
  return badRequest(
    'Failed to parse input as a Pandas DataFrame. Ensure that the input is a valid Parquet Pandas DataFrame ' +
      `produced using the \`pandas.DataFrame.to_parquet()\` method. Error: '${reason.slice(0, MAX_REASON_CHARACTERS)}'`,
  )
}
