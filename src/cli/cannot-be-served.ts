import { hideUserInfo } from '../client/server-url.ts'
import { ServingError } from '../core/errors.ts'

/** A failure of a model, with its URI before it: there may be several models, and most failures are about a file. A defect stays as it is. */
export function cannotBeServed(uri: string, error: unknown): unknown {
  if (!(error instanceof ServingError) || error.code === 'INTERNAL_ERROR') return error
  const { code, message, details } = error
  return new ServingError(code, `${hideUserInfo(uri)} cannot be served: ${message}`, {
    details,
    cause: error,
  })
}
