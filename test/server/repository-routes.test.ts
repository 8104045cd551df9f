import { describe, expect, test } from 'vitest'
import { notFound } from '../../src/core/errors.ts'
import type { ModelHistory } from '../../src/core/model-history.ts'
import { ControlGuard } from '../../src/server/control-guard.ts'
import type { IndexedModel, LoadRequest, ModelControl } from '../../src/server/model-control.ts'
import type { ServerOptions } from '../../src/server/server-options.ts'
import { FakeModels, fakeModel } from './support/fake-model.ts'
import { score, startServer } from './support/running.ts'

const INDEX: readonly IndexedModel[] = [
  { name: 'iris', version: '3', state: 'READY', reason: '' },
  { name: 'gré', version: '', state: 'UNAVAILABLE', reason: 'unloaded' },
]

const HISTORY: ModelHistory = {
  name: 'iris',
  events: [
    { kind: 'loaded', at: 1_700_000_000_000, version: '3', previous: '', reason: '' },
    { kind: 'refused', at: 1_700_000_060_000, version: '4', previous: '3', reason: 'not as recorded: "é"' },
  ],
  counts: { loaded: 1, refused: 1 },
}

/** Notes what it is told to do. */
class FakeControl implements ModelControl {
  readonly told: unknown[] = []

  index(): readonly IndexedModel[] {
    return INDEX
  }

  async load(name: string, request: LoadRequest): Promise<void> {
    if (name === 'nothing') throw notFound("No model is known as 'nothing'")
    this.told.push(['load', name, request])
  }

  async unload(name: string): Promise<void> {
    this.told.push(['unload', name])
  }

  async rollback(name: string): Promise<void> {
    this.told.push(['rollback', name])
  }

  history(name: string): ModelHistory | undefined {
    return name === 'iris' ? HISTORY : undefined
  }
}

async function serve(options: Partial<ServerOptions> = {}, host = '127.0.0.1', token?: string) {
  const control = new FakeControl()
  const { url } = await startServer({ control, controlGuard: new ControlGuard({ host, token }), ...options })
  return { control, url: `${url}/v2/repository` }
}

function post(url: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = { 'content-type': 'application/json' }
  return fetch(url, {
    method: 'POST',
    headers: { ...(body !== undefined && type), ...headers },
    ...(body !== undefined && { body: text }),
  })
}

describe('the index', () => {
  test('lists all models, or those that are ready, with and without a slash at the end', async () => {
    const { url } = await serve()
    for (const path of ['/index', '/index/']) {
      const reply = await post(`${url}${path}`)
      expect(reply.headers.get('content-type')).toBe('application/json')
      expect(await reply.json()).toEqual(INDEX)
      expect(await (await post(`${url}${path}`, { ready: true })).json()).toEqual(INDEX.slice(0, 1))
      expect(await (await post(`${url}${path}`, { ready: false })).json()).toEqual(INDEX)
    }
    expect((await post(`${url}/index`, { ready: 'yes' })).status).toBe(400)
  })
})

describe('loading and unloading', () => {
  test('do what they are told, and answer without a body', async () => {
    const { control, url } = await serve()
    for (const [path, body] of [
      ['/models/iris/load', undefined],
      ['/models/gr%C3%A9/load/', {}],
      ['/models/iris/load', { parameters: { model_uri: 'models:/iris/4' } }],
      ['/models/iris/unload', { parameters: { unload_dependents: true } }],
      ['/models/iris/unload/', ''],
    ] as const) {
      const reply = await post(`${url}${path}`, body)
      expect([reply.status, await reply.text()]).toEqual([200, ''])
    }
    expect(control.told).toEqual([
      ['load', 'iris', {}],
      ['load', 'gré', {}],
      ['load', 'iris', { uri: 'models:/iris/4' }],
      ['unload', 'iris'],
      ['unload', 'iris'],
    ])
  })

  test.each([
    ['/models/iris/load', { parameters: { config: '{}' } }, 400, /'config' is not supported/],
    [
      '/models/iris/load',
      { parameters: { 'file:1/model.onnx': 'AA==' } },
      400,
      /'file:1\/model.onnx' is not supported/,
    ],
    ['/models/iris/load', { parameters: { uri: 'x' } }, 400, /Unknown load parameter 'uri'/],
    ['/models/iris/load', { parameters: { model_uri: 3 } }, 400, /'model_uri' is not the URI of a model/],
    ['/models/iris/load', { parameters: [] }, 400, /'parameters' is not an object/],
    ['/models/iris/load', { model_uri: 'x' }, 400, /'model_uri' is not a member.* in 'parameters'/],
    ['/models/iris/unload', { parameters: { unload_dependents: 'yes' } }, 400, /not true or false/],
    ['/models/iris/load', '[1]', 400, /not a JSON object/],
    ['/models/iris/load', '{', 400, /not JSON/],
    ['/models/iris/load', ' '.repeat(70_000), 413, /larger than the limit of 65536 bytes/],
    ['/models/nothing/load', {}, 404, /No model is known as 'nothing'/],
  ])('%s with %j is %i', async (path, body, status, message) => {
    const { control, url } = await serve()
    const reply = await post(`${url}${path}`, body)
    expect(reply.status).toBe(status)
    expect(await reply.json()).toEqual({ error: expect.stringMatching(message) })
    expect(control.told).toEqual([])
  })

  test('are there by POST alone', async () => {
    const { url } = await serve()
    expect((await fetch(`${url}/index`)).status).toBe(405)
    expect((await fetch(`${url}/models/iris/load`)).status).toBe(405)
  })
})

describe('control', () => {
  test('needs a token off this machine', async () => {
    const { control, url } = await serve({}, '0.0.0.0')
    const reply = await post(`${url}/models/iris/load`)
    expect(reply.status).toBe(403)
    expect(await reply.json()).toEqual({ error: expect.stringContaining('HEADRACE_CONTROL_TOKEN') })
    expect((await post(`${url}/index`)).status).toBe(403)
    expect(control.told).toEqual([])
  })

  test('is had by whoever shows the token', async () => {
    const { control, url } = await serve({}, '0.0.0.0', 'secret')
    const refused = await post(`${url}/models/iris/load`)
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect((await post(`${url}/models/iris/load`, {}, { authorization: 'Bearer secret' })).status).toBe(200)
    expect(control.told).toHaveLength(1)
  })

  test('needs an API key beside the token where there are keys', async () => {
    const { url } = await serve({ apiKeys: ['key'] }, '0.0.0.0', 'secret')
    const load = (headers: Record<string, string>) => post(`${url}/models/iris/load`, {}, headers)
    expect((await load({ authorization: 'Bearer secret' })).status).toBe(401)
    expect((await load({ authorization: 'Bearer secret', 'x-api-key': 'key' })).status).toBe(200)
    expect((await load({ authorization: 'Bearer key', 'x-headrace-control-token': 'secret' })).status).toBe(
      200,
    )
  })

  test('is not had by pages that a browser has open', async () => {
    const { control, url } = await serve()
    expect((await post(`${url}/models/iris/load`, undefined, { origin: 'http://evil.example' })).status).toBe(
      403,
    )
    expect((await post(`${url}/models/iris/load`, '{}', { 'content-type': 'text/plain' })).status).toBe(403)
    expect(control.told).toEqual([])
  })

  test('is not there where the server has none', async () => {
    const { url } = await startServer()
    const reply = await post(`${url}/v2/repository/index`)
    expect(reply.status).toBe(501)
    expect(await reply.json()).toEqual({ error: 'This server loads no models.' })
  })
})

test('a version is scored by its own path, and counted as such', async () => {
  const { url } = await startServer({ models: new FakeModels(fakeModel()) })
  const base = url
  const reply = await score(`${base}/models/sums/versions/3`)
  expect(await reply.json()).toEqual({ predictions: [10] })
  expect((await score(`${base}/models/sums/versions/4`)).status).toBe(404)
  const metrics = await (await fetch(`${base}/metrics`)).text()
  expect(metrics).toContain('headrace_requests_total{model="sums",version="3",code="200"} 1')
})

describe('a rollback', () => {
  test('is asked of the control, and takes no parameters', async () => {
    const { control, url } = await serve()
    const reply = await post(`${url}/models/iris/rollback`)
    expect([reply.status, await reply.text()]).toEqual([200, ''])
    expect(control.told).toEqual([['rollback', 'iris']])
    const refused = await post(`${url}/models/iris/rollback`, { parameters: { steps: 2 } })
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("'steps'")])
    expect((await post(`${url}/models/iris/rollback`, undefined, { origin: 'http://evil' })).status).toBe(403)
  })
})

describe('the history of a model', () => {
  test('tells the newest first, with reasons', async () => {
    const { url } = await serve()
    const reply = await fetch(new URL('/models/iris/history', url))
    expect(await reply.json()).toEqual({
      name: 'iris',
      events: [
        {
          ...{ event: 'refused', at: '2023-11-14T22:14:20.000Z', version: '4', previous_version: '3' },
          reason: 'not as recorded: "é"',
        },
        { event: 'loaded', at: '2023-11-14T22:13:20.000Z', version: '3', previous_version: '', reason: '' },
      ],
      counts: { loaded: 1, refused: 1 },
    })
  })

  test('is shown to whoever may load models, of models that are known', async () => {
    const { url } = await serve({}, '0.0.0.0', 'secret')
    const history = new URL('/models/iris/history', url)
    expect((await fetch(history)).status).toBe(401)
    const headers = { authorization: 'Bearer secret' }
    expect((await fetch(history, { headers })).status).toBe(200)
    expect((await fetch(new URL('/models/nothing/history', url), { headers })).status).toBe(404)
    expect((await fetch(history, { headers, method: 'POST' })).status).toBe(405)
  })

  test('is counted in the metrics, and what is refused has a gauge', async () => {
    const { url } = await serve()
    const text = await (await fetch(new URL('/metrics', url))).text()
    expect(text).toContain('headrace_model_changes_total{model="iris",change="refused"} 1')
    expect(text).toContain('headrace_model_version_refused{model="iris",version="4",change="refused"} 1')
  })
})
