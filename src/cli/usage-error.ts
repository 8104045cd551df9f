import { ServingError } from '../core/errors.ts'

/**
 * The call is wrong by itself, whatever the machine and the models are like: a flag or a variable has a value that it may not
 * have, does not go with another, or is missing. `headrace` ends with code 2 for it, as MLflow's command line does.
 */
export function usageError(message: string): ServingError {
  return new ServingError('INVALID_PARAMETER_VALUE', message, {
    errorClass: 'INVALID_PARAMETER_VALUE',
    details: { usage: true },
  })
}

/** What is wrong in the words of a call is a mistake of the call. @throws ServingError of usage where `read` throws any other */
export function ofCall<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof ServingError ? usageError(error.message) : error
  }
}

export function isUsageError(error: unknown): boolean {
  return error instanceof ServingError && error.details['usage'] === true
}
