import {
  badRequest,
  evaluationFailed,
  invalidParameter,
  messageOf,
  type ServingError,
  schemaEnforcementFailed,
} from '../../core/errors.ts'

/** Longest message of an answer, in UTF-16 units: bodies are echoed in part only. */
const MAX_MESSAGE = 8000

/** Stands where MLflow prints the data it was given. */
const DATA = '…'

export function bounded(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message
}

/** `MlflowInvalidInputException`: the body, a form or a value cannot be read. */
export function invalidInput(detail: string): ServingError {
  return badRequest(bounded(`Invalid input. ${detail}`))
}

/** A parameter that the signature refuses. MLflow raises it while predicting, hence the prefix. */
export function invalidParams(detail: string): ServingError {
  return invalidParameter(bounded(`Failed to predict data '${DATA}'. \nError: ${detail}`))
}

/** The input does not fit the signature. */
export function enforcementFailed(thrown: unknown, schema: string): ServingError {
  const detail = messageOf(thrown)
  return schemaEnforcementFailed(
    bounded(
      `Failed to predict data '${DATA}'. \nError: Failed to enforce schema of data '${DATA}' with schema '${schema}'. ` +
        `Error: ${detail}`,
    ),
  )
}

/** What MLflow answers wherever the model, or the engine under it, raises. */
export function cannotEvaluate(reason: string): ServingError {
  return evaluationFailed(bounded(reason))
}
