import {
  ERROR_CODES,
  type ErrorCode,
  type ErrorDetails,
  notImplemented,
  permissionDenied,
  ServingError,
  unauthenticated,
  unreachable,
} from '../core/errors.ts'
import { printable } from '../core/printable.ts'
import { isRecord } from '../core/record.ts'
import { readRetryAfter } from './retry.ts'

/** An answer that is not the one that was hoped for. */
export interface FailedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The beginning of its body. */
  readonly text: string
}

/** What it answers. */
export interface FailedRequest {
  /** Without credentials. */
  readonly url: string
  /** A call of MLflow's API, or a file. */
  readonly kind: 'api' | 'file'
  /** Which credentials went with it. */
  readonly credentials: 'sent' | 'none' | 'withheld'
}

/** MLflow's `_TRANSIENT_FAILURE_RESPONSE_CODES` (3.17.2). */
const TRANSIENT: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

/** MLflow answers 503 for the artifacts that it was started not to hand out (`mlflow/server/handlers.py`, 3.17.2). */
const NO_ARTIFACTS = /running with `--no-serve-artifacts`/

/** The reverse of MLflow's `ERROR_CODE_TO_HTTP_STATUS`, where the body names no code. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'BAD_REQUEST',
  404: 'RESOURCE_DOES_NOT_EXIST',
  405: 'ENDPOINT_NOT_FOUND',
  409: 'RESOURCE_CONFLICT',
  410: 'RESOURCE_DOES_NOT_EXIST',
  422: 'INVALID_PARAMETER_VALUE',
  501: 'NOT_IMPLEMENTED',
}

/** Codes of MLflow and Databricks that Headrace knows under another name. */
const ALIASES: Readonly<Record<string, ErrorCode>> = {
  NOT_FOUND: 'RESOURCE_DOES_NOT_EXIST',
  ALREADY_EXISTS: 'RESOURCE_ALREADY_EXISTS',
  ABORTED: 'RESOURCE_CONFLICT',
  CUSTOMER_UNAUTHORIZED: 'UNAUTHENTICATED',
  DATA_LOSS: 'INTERNAL_ERROR',
}

/** The error for an answer whose status is not the wanted one. */
export function answerFailure(answer: FailedAnswer, asked: FailedRequest): ServingError {
  const { status, headers } = answer
  const said = whatItSaid(answer)
  if (status >= 300 && status < 400) return redirectFailure(headers['location'], asked)
  if (status === 401) return unauthenticated(unauthenticatedText(asked))
  if (status === 403) return permissionDenied(forbiddenText(asked, said.message))
  if (NO_ARTIFACTS.test(said.message))
    return notImplemented(`${asked.url} answered ${status}: ${said.message}`)
  if (TRANSIENT.has(status)) {
    const retryAfterSeconds = readRetryAfter(headers['retry-after'])
    return unreachable(`${asked.url} answered ${status}${colon(said.message)}`, {
      details: { url: asked.url, status },
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    })
  }
  if (said.code !== undefined) {
    const isOfFile = asked.kind === 'file'
    return new ServingError(
      said.code,
      isOfFile ? `${asked.url} answered ${status}${colon(said.message)}` : said.message,
    )
  }
  return plainFailure(answer, asked, said.message)
}

/** A success that holds no JSON object, where the API always gives one. */
export function notJson(text: string, { url }: Pick<FailedRequest, 'url'>): ServingError {
  const what = isPage(text) ? 'a web page' : `no JSON object${colon(firstWords(text))}`
  return new ServingError('ENDPOINT_NOT_FOUND', `${url} answered with ${what}. Is this an MLflow server?`)
}

function plainFailure({ status, text }: FailedAnswer, asked: FailedRequest, message: string): ServingError {
  const missing = status === 404 && asked.kind === 'api'
  const code = missing ? 'ENDPOINT_NOT_FOUND' : (CODE_OF_STATUS[status] ?? 'INTERNAL_ERROR')
  const question = asked.kind === 'api' && (missing || isPage(text)) ? '. Is this an MLflow server?' : ''
  const sentence = `${asked.url} answered ${status}${colon(message)}`
  return new ServingError(code, `${sentence.replace(/\.$/, '')}${question}`, { details: { status } })
}

function redirectFailure(location: string | undefined, { url, kind }: FailedRequest): ServingError {
  const target = location === undefined ? undefined : URL.parse(location, url)
  if (!target) return elsewhere(`${url} answered with a redirect that leads nowhere`)
  const place = target.origin === 'null' ? target.href : `${target.origin}${target.pathname}`
  const advice =
    kind === 'api'
      ? 'If it is the MLflow server, name that address; if it is a login page, the server wants other credentials.'
      : 'Redirects of files are not followed.'
  return elsewhere(`${url} redirects to ${place}. ${advice}`, { url, location: place })
}

function elsewhere(message: string, details: ErrorDetails = {}): ServingError {
  return new ServingError('ENDPOINT_NOT_FOUND', message, { details })
}

const VARIABLES = 'MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN'

function unauthenticatedText({ url, credentials }: FailedRequest): string {
  if (credentials === 'sent') return `${url} does not accept the credentials (401): check ${VARIABLES}`
  if (credentials === 'none') return `${url} wants credentials (401): set ${VARIABLES}`
  return (
    `${url} wants credentials (401), and those of the MLflow server are sent to no other address: ` +
    "write the place's own into its URL (http://user:password@host/…)"
  )
}

function forbiddenText({ url, credentials }: FailedRequest, message: string): string {
  const sentence = `${url} refuses this (403)${colon(message)}`.replace(/\.$/, '')
  if (credentials === 'withheld') return `${sentence}. No credentials were sent to that address`
  return `${sentence}. ${credentials === 'sent' ? 'Check' : 'Set'} ${VARIABLES}`
}

/** MLflow's longest messages list what there is instead, and a person still reads them. */
const MOST_SAID = 2_000

/** MLflow's code, where the body has one that is known here, and its message in one line. */
function whatItSaid({ text }: FailedAnswer): { readonly code?: ErrorCode; readonly message: string } {
  const body = parsed(text)
  if (!isRecord(body)) return { message: isPage(text) ? '' : firstWords(text) }
  const { error_code: name, message } = body
  const said = typeof message === 'string' ? message : typeof name === 'string' ? name : text
  const words = firstWords(said, MOST_SAID)
  const code = typeof name === 'string' ? knownCode(name) : undefined
  return code === undefined ? { message: words } : { code, message: words }
}

function knownCode(name: string): ErrorCode | undefined {
  return (
    ERROR_CODES.find((code) => code === name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined)
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isPage(text: string): boolean {
  return /^\s*<(?:!doctype|html|\?xml|head|body)/i.test(text)
}

function firstWords(text: string, most = 200): string {
  const line = oneLine(text)
  return line.length > most ? `${line.slice(0, most)}…` : line
}

function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim()
}

function colon(message: string): string {
  return message === '' ? '' : `: ${message}`
}
