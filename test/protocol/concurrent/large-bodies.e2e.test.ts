import { afterEach, expect, test, vi } from 'vitest'
import type { Answer } from './support/client.ts'
import { enlarged } from './support/enlarged.ts'
import {
  bundledModels,
  type RecordedModel,
  type RecordedRequest,
  requestsOf,
  smallModels,
} from './support/recorded-models.ts'
import { Serving } from './support/serving.ts'

/** A large body is read by the worker that has its model, and answered to the letter as by the thread that serves. */
const CLIENTS = 4
const MODELS = ['iris-2', 'half-1', 'multi-1', 'text-1']
const SMALL_MODELS = ['one_cols', 'one_params', 'k2_long', 'special_tensor', 'sk_zipmap_cols']

const servings: Serving[] = []

afterEach(async () => {
  await Promise.all(servings.splice(0).map((serving) => serving.end()))
})

async function serve(models: readonly RecordedModel[], placement: 'inline' | 'pool'): Promise<Serving> {
  const options = { models, placement, workers: 1, clients: CLIENTS, batching: { mode: 'off' } } as const
  const serving = await Serving.start(options)
  servings.push(serving)
  return serving
}

interface LargeRequest extends RecordedRequest {
  readonly by: string
}

/** Of each kind of request that a model was sent the first, in all sizes that it can be given. */
async function largeRequests(models: readonly RecordedModel[]): Promise<LargeRequest[]> {
  const requests = await Promise.all(
    models.flatMap(firstOfKinds).map(async (request) => {
      const all = await enlarged(request.body, request.recording.content_type)
      return all.filter(({ body }) => body.length > 64 * 1024).map((large) => ({ ...request, ...large }))
    }),
  )
  return requests.flat()
}

function firstOfKinds(model: RecordedModel): readonly RecordedRequest[] {
  const byKind = new Map<string, RecordedRequest>()
  for (const request of requestsOf(model)) {
    const { kind, content_type: type } = request.recording
    if (request.recording.status !== 415 && !byKind.has(`${kind} ${type}`))
      byKind.set(`${kind} ${type}`, request)
  }
  return [...byKind.values()]
}

function shown(request: RecordedRequest, { status, type, body }: Answer): string {
  const { by, model, recording } = request as LargeRequest
  return `${model.name} ${recording.id} by ${by}: ${status} ${type} ${body}`
}

const GROUPS = [
  { of: 'bundled models', models: bundledModels().filter(({ name }) => MODELS.includes(name)) },
  { of: 'small models', models: smallModels().filter(({ name }) => SMALL_MODELS.includes(name)) },
]

test.each(GROUPS)(
  'large bodies are answered alike in all threads: $of',
  async ({ models }) => {
    const [here, there] = await Promise.all([serve(models, 'inline'), serve(models, 'pool')])
    const scored = vi.spyOn(there.dataPlane, 'score')
    const requests = await largeRequests(models)
    const answers = new Map<RecordedRequest, Answer>()
    await here.client.askAll(requests, (request, answer) => answers.set(request, answer))
    const deviations: unknown[] = []
    let answered = 0
    await there.client.askAll(requests, (request, answer) => {
      if (answer.status === 200) answered += 1
      const expected = shown(request, answers.get(request)!)
      const received = shown(request, answer)
      if (received !== expected)
        deviations.push({ received: received.slice(0, 500), expected: expected.slice(0, 500) })
    })
    expect(deviations).toEqual([])
    expect(scored.mock.calls.length).toBe(requests.length)
    expect(answered).toBeGreaterThan(requests.length / 5)
  },
  300_000,
)
