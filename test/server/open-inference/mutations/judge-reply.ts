import { gunzipSync, inflateSync } from 'node:zlib'
import type { RestRequest } from './mutated-request.ts'
import type { RestReply } from './rest-client.ts'

/** Statuses of a client's mistakes. */
const MISTAKES: ReadonlySet<number> = new Set([400, 403, 404, 405, 408, 411, 413, 414, 415, 431])

/** Where nothing can be loaded and unloaded. */
const NOT_THERE = 501

/** What is wrong with a reply to a request that may be wrong in any way; undefined where it is as it has to be. */
export function faultOf(request: RestRequest, { status, headers, body }: RestReply): string | undefined {
  const whole = inflated(body, headers['content-encoding'])
  if (status === 200) return faultOfAnswer(whole, headers['inference-header-content-length'])
  // A time limit is one of the things that a mutation sets.
  if (status === 504 && setsTimeLimit(request)) return undefined
  if (status === NOT_THERE && request.path.startsWith('/v2/repository')) return undefined
  if (!MISTAKES.has(status)) return `status ${status}: ${whole.toString('latin1').slice(0, 300)}`
  return request.path.startsWith('/v') ? faultOfRefusal(whole) : undefined
}

function inflated(body: Buffer, coding: string | string[] | undefined): Buffer {
  if (coding === 'gzip') return gunzipSync(body)
  return coding === 'deflate' ? inflateSync(body) : body
}

function setsTimeLimit({ headers, body }: RestRequest): boolean {
  return headers['x-headrace-timeout-ms'] !== undefined || body.includes('"timeout"')
}

function faultOfAnswer(body: Buffer, headerLength: string | string[] | undefined): string | undefined {
  const end = headerLength === undefined ? body.length : Number(headerLength)
  const answer = jsonOf(body.subarray(0, end)) as
    | { outputs?: readonly { parameters?: BinaryParameters }[] }
    | undefined
  if (answer === undefined) return `an answer that is not JSON: ${body.toString('latin1').slice(0, 300)}`
  if (headerLength === undefined) return undefined
  let rest = 0
  for (const { parameters } of answer.outputs ?? []) rest += parameters?.binary_data_size ?? 0
  return end + rest === body.length ? undefined : `${body.length - end} bytes after the JSON, not ${rest}`
}

interface BinaryParameters {
  readonly binary_data_size?: number
}

function faultOfRefusal(body: Buffer): string | undefined {
  const refusal = jsonOf(body) as { error?: unknown } | undefined
  const text = refusal?.error
  if (typeof text === 'string' && text.length > 0 && body.length < 20_000) return undefined
  return `an error that says nothing, or too much: ${body.toString('latin1').slice(0, 300)}`
}

/** With the tokens that JSON has not, which Python's readers take. */
function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString().replaceAll(/(?<=[[,:]\s?)(?:NaN|-?Infinity)/g, 'null'))
  } catch {
    return undefined
  }
}
