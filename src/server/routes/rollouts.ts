import type { FastifyInstance, FastifyRequest } from 'fastify'
import { asciiJson } from '../../core/ascii-json.ts'
import { internalError, invalidParameter, notFound } from '../../core/errors.ts'
import type { OutcomeResult, RolloutAnswer, RolloutQuestion } from '../../rollout/rollout-messages.ts'
import type { RolloutView } from '../../rollout/rollout-view.ts'
import { rolloutViewJson } from '../../rollout/rollout-view-json.ts'
import { BodyReader } from '../body-reader.ts'
import type { ControlGuard } from '../control-guard.ts'
import {
  answeredEarlier,
  failControl,
  headerOf,
  readJsonObject,
  refuseControlBytes,
} from '../control-request.ts'
import type { Exchange } from '../exchange.ts'
import { readGivenOutcomes } from '../rollout-control/given-outcomes.ts'
import { readAbort, readPromote, readRestart, readSet } from '../rollout-control/rollout-command.ts'
import type { ServerLimits } from '../server-options.ts'

/** A thousand outcomes take about 100 KB. */
const MAX_BODY_BYTES = 512 * 1024
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024

/** The report has styles and pictures of its own, and needs nothing else. */
const REPORT_HEADERS = [
  ...['content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; img-src data:"],
  ...['x-content-type-options', 'nosniff', 'cache-control', 'no-store'],
]

/** Asks the rollout thread. @throws ServingError */
export type AskRollouts = (question: RolloutQuestion) => Promise<RolloutAnswer>

export interface RolloutRoutesInit {
  /** Undefined where there are no rollouts: each route answers so. */
  readonly ask: AskRollouts | undefined
  readonly guard: ControlGuard | undefined
  readonly limits: ServerLimits
}

interface Call {
  readonly ask: AskRollouts
  /** Of the rollout, where the path has one. */
  readonly name: string
  readonly body: Readonly<Record<string, unknown>>
  readonly exchange: Exchange
}

type Answer = (call: Call) => Promise<void>

/**
 * What rollouts do, and what they are to do. Looking at them and directing them needs the control token, as loading models does,
 * since they tell of the business; outcomes are sent by applications, with what scoring needs: a valid id is a proof itself.
 */
export function rolloutRoutes(app: FastifyInstance, init: RolloutRoutesInit): void {
  const bodies = new BodyReader({
    ...init.limits,
    bodyBytes: MAX_BODY_BYTES,
    bufferedBytes: MAX_BUFFERED_BYTES,
  })
  const add = (method: 'GET' | 'POST', url: string, answer: Answer, isGuarded = true): void => {
    const onRequest = (request: FastifyRequest, reply: { hijack(): void }): void => {
      reply.hijack()
      void answerRequest(request, { ...init, bodies, answer, isGuarded, hasBody: method === 'POST' })
    }
    app.route({ method, url, onRequest, handler: answeredEarlier })
  }
  add('GET', '/rollouts', list)
  add('GET', '/rollouts/:name', show)
  add('GET', '/rollouts/:name/report', report)
  add('POST', '/rollouts/:name/outcomes', takeOutcomes, false)
  add('POST', '/rollouts/:name/split', direct(readSet))
  add('POST', '/rollouts/:name/promote', direct(readPromote))
  add('POST', '/rollouts/:name/abort', direct(readAbort))
  add('POST', '/rollouts/:name/restart', direct(readRestart))
}

interface RequestInit extends RolloutRoutesInit {
  readonly bodies: BodyReader
  readonly answer: Answer
  readonly isGuarded: boolean
  readonly hasBody: boolean
}

/** Never rejects. */
async function answerRequest(request: FastifyRequest, init: RequestInit): Promise<void> {
  const { exchange } = request
  const { ask, guard, bodies, limits } = init
  try {
    if (init.isGuarded)
      guard?.check((header) => headerOf(request, header), 'Rollouts are not shown and changed')
    if (ask === undefined || guard === undefined)
      throw notFound('This server has no rollouts: see --split and --shadow.')
    const bytes = init.hasBody ? await bodies.read(exchange, { refuseBytes: refuseControlBytes }) : NO_BYTES
    if (bytes === undefined) return
    exchange.limitTo(performance.now() + limits.requestTimeoutMs)
    await init.answer({ ask, name: nameOf(request), body: readJsonObject(bytes), exchange })
  } catch (error) {
    failControl(exchange, error)
  } finally {
    bodies.release(exchange)
  }
}

const NO_BYTES = Buffer.alloc(0)

async function list({ ask, exchange }: Call): Promise<void> {
  const told = await ask({ ask: 'list' })
  if (told.answer !== 'list') throw mistaken()
  sendJson(exchange, { rollouts: told.views.map(rolloutViewJson) })
}

async function show({ ask, name, exchange }: Call): Promise<void> {
  sendJson(exchange, rolloutViewJson(await viewBy(ask, { ask: 'show', rollout: name })))
}

/** Written where the rollout is kept: that takes some milliseconds, in which nobody would be answered here. */
async function report({ ask, name, exchange }: Call): Promise<void> {
  const told = await ask({ ask: 'report', rollout: name })
  if (told.answer !== 'report') throw mistaken()
  exchange.headers.push(...REPORT_HEADERS)
  exchange.send(200, 'text/html; charset=utf-8', told.page)
}

/** Makes a change, and answers what has become of the rollout. */
function direct(read: (rollout: string, body: Call['body']) => RolloutQuestion): Answer {
  return async ({ ask, name, body, exchange }) => {
    sendJson(exchange, rolloutViewJson(await viewBy(ask, read(name, body))))
  }
}

async function takeOutcomes({ ask, name, body, exchange }: Call): Promise<void> {
  const { outcomes, isSingle } = readGivenOutcomes(body)
  const told = await ask({ ask: 'outcomes', rollout: name, outcomes })
  if (told.answer !== 'outcomes') throw mistaken()
  const [first] = told.results
  if (!isSingle)
    exchange.send(200, 'application/json', `{"results":[${told.results.map(resultJson).join(',')}]}`)
  else if (first === undefined) throw mistaken()
  else if (first.result === 'refused') throw invalidParameter(`${first.why}.`)
  else exchange.send(200, 'application/json', resultJson(first))
}

function resultJson(given: OutcomeResult): string {
  const why = given.result === 'refused' ? `,"why":${asciiJson(given.why)}` : ''
  return `{"result":"${given.result}"${why}}`
}

async function viewBy(ask: AskRollouts, question: RolloutQuestion): Promise<RolloutView> {
  const told = await ask(question)
  if (told.answer !== 'show') throw mistaken()
  return told.view
}

function sendJson(exchange: Exchange, value: unknown): void {
  exchange.headers.push('cache-control', 'no-store')
  exchange.send(200, 'application/json', JSON.stringify(value))
}

function mistaken(): Error {
  return internalError('This is a bug: the rollout thread answered another question.')
}

function nameOf({ params }: FastifyRequest): string {
  return (params as { readonly name?: string }).name ?? ''
}
