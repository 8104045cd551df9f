import { badRequest, type ErrorDetails, type ServingError } from '../../../core/errors.ts'

const MAX_QUOTED_CHARACTERS = 200

/** MLflow's answer to every CSV body that pandas refuses. Source: MLflow 3.17.2, `parse_csv_input`. */
export function unreadableCsv(reason: string, details: ErrorDetails = {}): ServingError {
  return badRequest(
    'Failed to parse input as a Pandas DataFrame. Ensure that the input is a valid CSV-formatted Pandas ' +
      `DataFrame produced using the \`pandas.DataFrame.to_csv()\` method. Error: '${reason}'`,
    details,
  )
}

/** Text of the request as it may stand in a message, which stays short whatever was sent. */
export function excerpt(text: string): string {
  return text.length <= MAX_QUOTED_CHARACTERS ? text : `${text.slice(0, MAX_QUOTED_CHARACTERS)}…`
}
