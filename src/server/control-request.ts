import type { FastifyRequest, RouteHandlerMethod } from 'fastify'
import { badRequest, internalError, messageOf, ServingError } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'
import { type Refusal, retryAfterSeconds } from '../runtime/admission/refusal.ts'
import type { Exchange } from './exchange.ts'

/** What routes that direct a server have in common: small JSON objects in, answered in `onRequest`. */

/** No body is an empty object. @throws ServingError BAD_REQUEST */
export function readJsonObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {}
  const value = parsedJson(body)
  if (isRecord(value)) return value
  throw badRequest('The request body is not a JSON object.')
}

function parsedJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    throw badRequest(`The request body is not JSON: ${messageOf(error)}`)
  }
}

/** Of a header that came more than once, all of them: a guard that knows one of several names is led astray. */
export function headerOf({ raw }: FastifyRequest, name: string): string | undefined {
  const values = raw.headersDistinct[name]
  return values === undefined ? undefined : values.join(', ')
}

/** Answers with what was thrown, and says how to show a token where one is missing. */
export function failControl(exchange: Exchange, error: unknown): void {
  if (error instanceof ServingError && error.code === 'UNAUTHENTICATED') {
    exchange.headers.push('www-authenticate', 'Bearer')
  }
  exchange.fail(error)
}

/** Where too many bodies are held already. */
export function refuseControlBytes(): Refusal {
  return {
    reason: 'bytes',
    message: 'Too many request bodies are held at the moment',
    retryAfterSeconds: retryAfterSeconds(0),
  }
}

/** Answered in `onRequest`, before fastify looks at the type of the body. */
export const answeredEarlier: RouteHandlerMethod = () => {
  throw internalError('This is a bug: a hijacked request came as far as its handler.')
}
