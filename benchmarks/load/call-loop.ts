import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'

/** One request of an API; each call has its own, since writing the same twice is less work than writing. */
export interface ApiCall {
  readonly verb: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
}

export interface CallLoopPlan {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  /** The call of that number, counted from 0 over all connections. */
  call(number: number): ApiCall
}

export interface CallFigures {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/**
 * Keeps connections busy with calls, each with the next one as soon as the last is answered.
 * @throws Error at the first answer that is not 200
 */
export async function callLoop(plan: CallLoopPlan): Promise<CallFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.connections })
  const latenciesMs: number[] = []
  const started = performance.now()
  const end = started + plan.seconds * 1000
  let next = 0
  const connection = async (): Promise<void> => {
    while (performance.now() < end) {
      const sentAt = performance.now()
      await send(plan.url, plan.call(next++), agent)
      latenciesMs.push(performance.now() - sentAt)
    }
  }
  await Promise.all(Array.from({ length: plan.connections }, connection))
  const elapsedSeconds = (performance.now() - started) / 1000
  agent.destroy()
  latenciesMs.sort((a, b) => a - b)
  const quantile = (share: number) => latenciesMs[Math.floor((latenciesMs.length - 1) * share)] ?? Number.NaN
  return { perSecond: latenciesMs.length / elapsedSeconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) }
}

/** @returns the answer's text. */
export async function send(url: string, { verb, path, body }: ApiCall, agent?: Agent): Promise<string> {
  const sent = request(url + path, {
    method: verb,
    ...(agent === undefined ? {} : { agent }),
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }),
  })
  sent.end(body)
  const [reply] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  reply.setEncoding('utf8')
  for await (const part of reply) text += part
  if (reply.statusCode !== 200)
    throw new Error(`${path} was answered ${reply.statusCode}: ${text.slice(0, 400)}`)
  return text
}
