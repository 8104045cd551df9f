import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { jsonText } from './json-text.ts'
import type { Step } from './scenario.ts'
import { fill, fillText, type Variables } from './template.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Many times what it takes, for a machine that does other things as well. */
const TIMEOUT_MS = 60_000

/** Sends the request of a step as it stands: the path as written, a Host header of its own where it has one. */
export async function sendStep(url: string, step: Step, variables: Variables): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const body = bodyOf(step, variables)
  const hasLength = body !== undefined || ['POST', 'PUT', 'PATCH'].includes(step.verb)
  const sent = request({
    hostname,
    port,
    method: step.verb,
    path: pathOf(step, variables),
    headers: {
      ...(step.contentType === undefined ? {} : { 'content-type': step.contentType }),
      ...(hasLength ? { 'content-length': body?.length ?? 0 } : {}),
      ...Object.fromEntries(
        Object.entries(step.headers).map(([name, value]) => [name, fillText(value, variables)]),
      ),
    },
  })
  sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
  sent.end(body)
  const [reply] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: reply.statusCode ?? 0, headers: reply.headers, body: await buffer(reply) }
}

function pathOf(step: Step, variables: Variables): string {
  const path = fillText(step.path, variables)
  if (step.query.length === 0) return path
  const pairs = step.query.map(([key, value]): [string, string] => [key, fillText(String(value), variables)])
  return `${path}?${new URLSearchParams(pairs)}`
}

function bodyOf({ body }: Step, variables: Variables): Buffer | undefined {
  if (body === undefined) return undefined
  if ('bytes' in body) return body.bytes
  if ('text' in body) return Buffer.from(fillText(body.text, variables))
  return Buffer.from(jsonText(fill(body.json, variables)))
}
