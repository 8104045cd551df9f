import type { Answer } from '../../client/answer.ts'
import { readRetryAfter } from '../../client/retry.ts'
import {
  conflict,
  notFound,
  permissionDenied,
  ServingError,
  unauthenticated,
  unreachable,
} from '../../core/errors.ts'
import { printable } from '../../core/printable.ts'
import { isRecord } from '../../core/record.ts'

/** What was asked of a registry, for messages. */
export interface AskedOfRegistry {
  /** `registry.example/team/iris`. */
  readonly place: string
  /** `layer sha256:…`, `manifest 3`. */
  readonly what: string
  readonly registry: string
  readonly hasCredentials: boolean
}

/** Enough of a failed answer to say what is wrong. */
const MAX_FAILURE_BYTES = 64 * 1024
const MOST_SAID = 500
const TRANSIENT: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

/** The error for an answer whose status is not a wanted one. Its body is read, or given up. */
export async function registryFailure(answer: Answer, asked: AskedOfRegistry): Promise<ServingError> {
  const { status, headers } = answer
  const said = whatItSaid(await answer.beginning(MAX_FAILURE_BYTES))
  const sentence = `${asked.place}: ${asked.what} was answered with ${status}${said === '' ? '' : `, ${said}`}`
  const details = { status, place: asked.place }
  if (status === 401) return unauthenticated(`${sentence}. ${loginAdvice(asked)}`)
  if (status === 403) return permissionDenied(`${sentence}. ${loginAdvice(asked)}`)
  if (status === 404) return notFound(sentence, details)
  if (status === 409) return conflict(sentence, details)
  if (TRANSIENT.has(status)) {
    const retryAfterSeconds = readRetryAfter(headers['retry-after'])
    return unreachable(sentence, {
      details,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    })
  }
  const code = status >= 400 && status < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR'
  return new ServingError(code, sentence, { details })
}

function loginAdvice({ registry, hasCredentials }: AskedOfRegistry): string {
  return hasCredentials
    ? `The credentials kept for ${registry} do not allow it`
    : `There are no credentials for ${registry}: docker login ${registry}, or podman login ${registry}`
}

/** `CODE: message` of each of the registry's errors (distribution specification 1.1, "Error Codes"). */
function whatItSaid(text: string): string {
  const line = errorsOf(text) ?? text
  return printable(/^\s*</.test(line) ? 'a web page' : line)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MOST_SAID)
}

function errorsOf(text: string): string | undefined {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return undefined
  }
  const { errors, details, message } = isRecord(body) ? body : {}
  if (Array.isArray(errors)) return errors.filter(isRecord).map(errorText).join('; ')
  // A token server of some registries answers with these in place of the list.
  return [details, message].find((words) => typeof words === 'string')
}

function errorText({ code, message, detail }: Readonly<Record<string, unknown>>): string {
  const words = [code, message].filter((word) => typeof word === 'string' && word !== '').join(': ')
  if (detail === undefined || detail === null) return words
  return `${words} (${typeof detail === 'string' ? detail : JSON.stringify(detail)})`
}
