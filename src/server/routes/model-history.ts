import type { FastifyInstance, FastifyRequest } from 'fastify'
import { notFound, notImplemented } from '../../core/errors.ts'
import type { ModelEvent, ModelHistory } from '../../core/model-history.ts'
import type { ControlGuard } from '../control-guard.ts'
import { answeredEarlier, failControl, headerOf } from '../control-request.ts'
import type { ModelControl } from '../model-control.ts'

export interface ModelHistoryInit {
  /** Without it the route answers that there is no such thing. */
  readonly control: ModelControl | undefined
  readonly guard: ControlGuard | undefined
}

/** `GET /models/NAME/history`: who served what since when, and what was refused, for whoever may load models. */
export function modelHistoryRoute(app: FastifyInstance, init: ModelHistoryInit): void {
  const onRequest = (request: FastifyRequest, reply: { hijack(): void }): void => {
    reply.hijack()
    answer(request, init)
  }
  app.get('/models/:name/history', { onRequest, handler: answeredEarlier })
}

function answer(request: FastifyRequest, { control, guard }: ModelHistoryInit): void {
  const { exchange, params } = request
  try {
    if (control === undefined || guard === undefined) throw notImplemented('This server loads no models.')
    guard.check((header) => headerOf(request, header))
    const { name = '' } = params as { readonly name?: string }
    const history = control.history(name)
    if (history === undefined) throw notFound(`No model is known as '${name}'`, { model: name })
    exchange.headers.push('cache-control', 'no-store')
    exchange.send(200, 'application/json', JSON.stringify(historyJson(history)))
  } catch (error) {
    failControl(exchange, error)
  }
}

/** The newest first, as people look for it. */
function historyJson({ name, events, counts }: ModelHistory): object {
  return { name, events: events.map(eventJson).reverse(), counts }
}

function eventJson({ kind, at, version, previous, reason }: ModelEvent): object {
  return { event: kind, at: new Date(at).toISOString(), version, previous_version: previous, reason }
}
