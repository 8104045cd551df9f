import { internalError, messageOf, ServingError } from '../core/errors.ts'

/** What a client is told of whatever was thrown for its request: of a defect of ours, only where the log has it. */
export function toldError(thrown: unknown, requestId: string): ServingError {
  if (thrown instanceof ServingError && thrown.code !== 'INTERNAL_ERROR') return thrown
  return internalError(
    `Internal server error; the log has it under request id ${requestId}.`,
    messageOf(thrown),
  )
}
