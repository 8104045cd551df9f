import { readJson } from '../../../../src/protocols/mlflow-scoring/json/read-json.ts'
import {
  isDict,
  type PyDict,
  type PyValue,
} from '../../../../src/protocols/mlflow-scoring/python/python-value.ts'
import { difference } from './difference.ts'
import { isSameMessage } from './same-message.ts'
import type { ExpectedAnswer } from './scenario.ts'
import type { Answer } from './send-step.ts'
import { fill, type Variables } from './template.ts'

export interface Replay {
  readonly variables: Variables
  /** Epoch milliseconds. */
  readonly startedMs: number
}

/** @returns what an answer has otherwise than MLflow's; undefined where nothing */
export function verdict(want: ExpectedAnswer, got: Answer, replay: Replay): string | undefined {
  if (want.isCrash) return isRefusal(got) ? undefined : `a refusal expected, ${got.status} came`
  if (want.status !== got.status) return `${want.status} expected, ${got.status} came: ${shown(got)}`
  return wrongType(want, got) ?? wrongHeader(want, got, replay) ?? wrongBody(want, got, replay)
}

/** A client's mistake is never a 500 here. */
function isRefusal({ status }: Answer): boolean {
  return status >= 400 && status < 500
}

function wrongType({ type, status }: ExpectedAnswer, got: Answer): string | undefined {
  const came = kindOf(got.headers['content-type'])
  if (type === came) return undefined
  const isText = [type, came].every((kind) => ['text', 'none', 'html'].includes(kind))
  if (status >= 400 && (type === 'html' || isText)) return undefined
  return `${type} expected, ${came} came (${got.headers['content-type']})`
}

function kindOf(contentType: string | undefined): string {
  const mime = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (mime === '') return 'none'
  if (mime === 'application/json' || mime.endsWith('+json')) return 'json'
  if (mime === 'text/html') return 'html'
  return mime.startsWith('text/') ? 'text' : 'other'
}

function wrongHeader({ headers }: ExpectedAnswer, got: Answer, replay: Replay): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    const came = got.headers[name]
    const found = difference(fill(value, replay.variables), String(came ?? ''), replay.startedMs, name)
    if (found !== undefined && !(value === null && came === undefined)) return found
  }
  return undefined
}

function wrongBody(want: ExpectedAnswer, got: Answer, replay: Replay): string | undefined {
  if (want.bytes !== undefined) return want.bytes.equals(got.body) ? undefined : `other bytes: ${shown(got)}`
  if (want.text !== undefined) {
    return difference(fill(want.text, replay.variables), got.body.toString(), replay.startedMs)
  }
  if (want.body === undefined) return undefined
  const wanted = fill(want.body, replay.variables)
  const came = readJson(got.body.toString())
  if (want.status >= 400 && isDict(wanted)) return wrongError(wanted, came)
  return difference(wanted, came, replay.startedMs)
}

/** `detail` is the form of what MLflow answers through FastAPI. */
function wrongError(want: PyDict, got: PyValue): string | undefined {
  const name = want.has('error_code') ? 'message' : 'detail'
  if (!isDict(got)) return 'the body of an error is no object'
  for (const key of ['error_code', 'error_class', 'sqlstate']) {
    if (want.get(key) !== got.get(key)) return `${key} ${want.get(key)} expected, ${got.get(key)} came`
  }
  const [wanted, came] = [String(want.get(name)), String(got.get(name))]
  return isSameMessage(wanted, came) ? undefined : `"${wanted}" expected, "${came}" came`
}

function shown({ body }: Answer): string {
  return body.toString().slice(0, 400)
}
