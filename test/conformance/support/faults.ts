import { type JsonValue, jsonText, readExactJson } from '../../../src/conformance/wire/exact-json.ts'
import { isRecord } from '../../../src/core/record.ts'
import { type Fault, json, type TinyAnswer, type TinyRequest } from './tiny-server.ts'

/** A way to be wrong, and the cases that find it. */
export interface NamedFault {
  readonly name: string
  /** Which model of the tiny server is tried. */
  readonly model?: 'mixed' | 'single'
  readonly fault: Fault
  readonly caughtBy: readonly string[]
}

type Body = Readonly<Record<string, JsonValue>>

/** Answers some requests in another way. */
export function on(isMeant: (request: TinyRequest) => boolean, answer: TinyAnswer | 'hang up'): Fault {
  return async (request, right) => (isMeant(request) ? answer : right())
}

/** Changes the JSON of successful answers to some requests. */
export function changed(
  isMeant: (request: TinyRequest) => boolean,
  change: (body: Body) => JsonValue,
): Fault {
  return async (request, right) => {
    const answer = await right()
    const body = answer.status === 200 && isMeant(request) ? objectIn(answer.body) : undefined
    return body === undefined ? answer : { ...answer, body: jsonText(change(body)) }
  }
}

/** Changes the text of all answers to inference. */
export function rewritten(change: (text: string) => string): Fault {
  return async (request, right) => {
    const answer = await right()
    const isText = infers(request) && typeof answer.body === 'string'
    return isText ? { ...answer, body: change(String(answer.body)) } : answer
  }
}

/** Gives the server another body than was sent. */
export function misread(change: (body: Body) => JsonValue): Fault {
  return async (request, right) => {
    const body = infers(request) ? objectIn(request.body) : undefined
    if (body === undefined) return right()
    return right({ ...request, body: Buffer.from(jsonText(change(body))) })
  }
}

export function answers(status: number): TinyAnswer {
  return json({ error: 'no' }, status)
}

export function at(path: RegExp): (request: TinyRequest) => boolean {
  return (request) => path.test(request.path)
}

export function infers({ path }: TinyRequest): boolean {
  return path.endsWith('/infer')
}

/** Inference whose body has this text. */
export function sends(text: string | RegExp): (request: TinyRequest) => boolean {
  return (request) => {
    const body = Buffer.from(request.body).toString('utf8')
    return infers(request) && (typeof text === 'string' ? body.includes(text) : text.test(body))
  }
}

export function outputsIn(body: Body): readonly Body[] {
  const { outputs } = body
  return Array.isArray(outputs) ? outputs.filter(isRecord).map(asBody) : []
}

export function without(body: Body, ...names: readonly string[]): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)))
}

function objectIn(body: string | Uint8Array): Body | undefined {
  try {
    const value = readExactJson(Buffer.from(body).toString('utf8'))
    return isRecord(value) ? asBody(value) : undefined
  } catch {
    return undefined
  }
}

/** Whatever JSON text was read as is JSON. */
function asBody(value: Readonly<Record<string, unknown>>): Body {
  return value as Body
}
