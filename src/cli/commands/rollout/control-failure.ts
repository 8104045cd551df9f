import {
  conflict,
  invalidParameter,
  notFound,
  permissionDenied,
  type ServingError,
  unauthenticated,
  unavailable,
} from '../../../core/errors.ts'
import { printable } from '../../../core/printable.ts'
import { isRecord } from '../../../core/record.ts'

/** The error for a direction that a server did not follow, in its words. @param url of the server */
export function controlFailure(url: string, status: number, text: string): ServingError {
  if (status === 401) {
    return unauthenticated(
      `${url} asks for a token: give its control token by --control-token or HEADRACE_CONTROL_TOKEN, and its API ` +
        'key, where it has one, by --api-key or HEADRACE_API_KEY',
    )
  }
  const said = whatItSaid(text)
  if (said === undefined)
    return invalidParameter(`${url} answered ${status}: it is no server of Headrace with rollouts`)
  if (status === 403) return permissionDenied(said)
  if (status === 404) return notFound(said)
  if (status === 409) return conflict(said)
  return status >= 500 ? unavailable(`${url} answered ${status}: ${said}`) : invalidParameter(said)
}

/** Errors of the Open Inference Protocol are in `error`, all others in `message`. */
function whatItSaid(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text)
    const said = isRecord(body) ? (body['message'] ?? body['error']) : undefined
    return typeof said === 'string' ? printable(said) : undefined
  } catch {
    return undefined
  }
}
