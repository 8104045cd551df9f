import { describe, expect, test } from 'vitest'
import { OutcomeIds } from '../../../src/rollout/outcome-ids.ts'
import { rolloutId } from '../../../src/rollout/rollout-id.ts'
import { keyNumber, slotOf, variantOfSlot } from '../../../src/rollout/split/assignment.ts'
import { firstSplit } from '../../../src/rollout/split/split.ts'
import { startGrpc, TestClient } from '../grpc/support.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'
import { type Headers, ONE_ROW, score, startServer } from '../support/running.ts'
import { allTo, OUTCOME_KEY, rolloutOptions, rolloutPlan, rolloutState, seen } from './support.ts'

const SEED = rolloutId('iris', [
  { name: 'a', version: '3' },
  { name: 'b', version: '4' },
])
const INFER = JSON.stringify({
  inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }],
})
interface StreamedReply {
  readonly id: string
  readonly parameters: Readonly<Record<string, { readonly string_param?: string }>>
}

const byColumn = rolloutPlan({ stickyKey: { header: 'x-headrace-key', column: 'x' } })
const PREDICT = '{"inputs": [[1, 2, 3, 4]]}'

/** By the documented hash. */
function expectedVariant(key: string, seed = SEED, permille = [900, 100]): string {
  return ['a', 'b'][variantOfSlot(firstSplit(permille), slotOf(keyNumber(seed, key)))]!
}

function post(url: string, body: string, headers: Headers = {}) {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
}

/** Some hundred at a time. */
async function variantsOf(keys: readonly string[], ask: (key: string) => Promise<string>): Promise<string[]> {
  const variants: string[] = []
  for (let from = 0; from < keys.length; from += 100) {
    variants.push(...(await Promise.all(keys.slice(from, from + 100).map(ask))))
  }
  return variants
}

function keysOf(count: number, prefix: string): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
}

describe('the variant', () => {
  test.each([
    ['/invocations', ONE_ROW],
    ['/models/iris/invocations', ONE_ROW],
    ['/v2/models/iris/infer', INFER],
    ['/v1/models/iris:predict', PREDICT],
  ])('is that of the recomputed hash at %s', async (path, body) => {
    const { url } = await startServer(rolloutOptions().options)
    const keys = keysOf(400, path)
    const given = await variantsOf(keys, async (key) => {
      const reply = await post(url + path, body, { 'x-headrace-key': key })
      await reply.arrayBuffer()
      expect(reply.status).toBe(200)
      return reply.headers.get('x-headrace-variant')!
    })
    expect(given).toEqual(keys.map((key) => expectedVariant(key)))
    expect(new Set(given)).toEqual(new Set(['a', 'b']))
  })

  test('is the same over gRPC, whose metadata tells of it', async () => {
    const { address } = await startGrpc(rolloutOptions().options)
    const client = new TestClient(address)
    const message = {
      model_name: 'iris',
      inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', contents: { fp32_contents: [1, 2, 3, 4] } }],
    }
    const keys = keysOf(200, 'grpc')
    const given = await variantsOf(keys, async (key) => {
      const { reply, trailers } = await client.call('ModelInfer', message, {
        metadata: { 'x-headrace-key': key },
      })
      const variant = String(trailers['x-headrace-variant'])
      const version = variant === 'a' ? '3' : '4'
      expect(reply).toMatchObject({ model_name: 'iris', model_version: version })
      expect(trailers['x-headrace-model-version']).toBe(version)
      expect(String(trailers['x-headrace-outcome-id'])).toMatch(/^[\w-]{60}$/)
      return variant
    })
    expect(given).toEqual(keys.map((key) => expectedVariant(key)))
  })

  test('is told with each answer of a stream', async () => {
    const { address } = await startGrpc(rolloutOptions(byColumn).options)
    const stream = new TestClient(address).stream('ModelStreamInfer')
    for (let value = 0; value < 30; value += 1) {
      const fp32 = { fp32_contents: [value, 2, 3, 4] }
      const inputs = [{ name: 'x', shape: [1, 4], datatype: 'FP32', contents: fp32 }]
      stream.write({ model_name: 'iris', id: String(value), inputs })
    }
    stream.end()
    const told: unknown[] = []
    for await (const { infer_response: reply } of stream as AsyncIterable<{
      infer_response: StreamedReply
    }>) {
      const { id, parameters } = reply
      expect(id).toBe(String(told.length))
      told.push(parameters['x-headrace-variant']?.string_param)
      expect(parameters['x-headrace-outcome-id']?.string_param).toMatch(/^[\w-]{60}$/)
    }
    expect(told).toEqual(Array.from({ length: 30 }, (_, value) => expectedVariant(String(value))))
  })

  test('of a request without a key is that of the id that its answer tells', async () => {
    const { url } = await startServer(rolloutOptions().options)
    const named = JSON.stringify({ ...(JSON.parse(INFER) as object), id: 'by-the-body' })
    for (let count = 0; count < 50; count += 1) {
      for (const body of [INFER, named]) {
        const { headers } = await post(`${url}/v2/models/iris/infer`, body)
        expect(headers.get('x-headrace-variant')).toBe(expectedVariant(headers.get('x-request-id')!))
      }
    }
  })

  test('follows the state of the rollout from the next request on', async () => {
    const { options, channel } = rolloutOptions()
    const { url } = await startServer(options)
    const keys = keysOf(200, 'moved')
    const ask = async (key: string) =>
      (await score(url, ONE_ROW, { 'x-headrace-key': key })).headers.get('x-headrace-variant')!
    channel.tell('iris', rolloutState({ id: 'fedcba9876543210', split: firstSplit([300, 700]) }))
    const expected = keys.map((key) => expectedVariant(key, 'fedcba9876543210', [300, 700]))
    expect(await variantsOf(keys, ask)).toEqual(expected)
    channel.tell(
      'iris',
      rolloutState({ epoch: 2, phase: 'rolled-back', step: 2, split: [{ end: 1000, variant: 0 }] }),
    )
    expect(new Set(await variantsOf(keys, ask))).toEqual(new Set(['a']))
    await channel.until(() => channel.observed.length === 400)
    expect(new Set(channel.observed.map(seen))).toEqual(
      new Set(['0 in step 1', '1 in step 1', '0 in step 2']),
    )
  })

  test('with a name of its own is reached directly, outside of the rollout', async () => {
    const { options, channel } = rolloutOptions()
    const { url } = await startServer(options)
    const reply = await post(`${url}/models/b/invocations`, ONE_ROW, { 'x-headrace-key': 'k' })
    expect(reply.headers.get('x-headrace-variant')).toBeNull()
    const infer = await post(`${url}/v2/models/b/infer`, INFER)
    expect(await infer.json()).toMatchObject({ model_name: 'b', model_version: '4' })
    expect(channel.observed).toEqual([])
  })

  test('of a version is reached by that version of the rollout', async () => {
    const { url } = await startServer(rolloutOptions().options)
    const infer = (version: string) => post(`${url}/v2/models/iris/versions/${version}/infer`, INFER)
    expect(await (await infer('4')).json()).toMatchObject({ model_name: 'iris', model_version: '4' })
    expect(await (await infer('3')).json()).toMatchObject({ model_name: 'iris', model_version: '3' })
    const missing = await infer('5')
    expect([missing.status, await missing.json()]).toEqual([
      404,
      { error: "The rollout 'iris' has no variant of version '5'." },
    ])
  })
})

describe('a key', () => {
  const refused =
    'The header x-headrace-key may only hold printable ASCII: send other text percent-encoded, or a hash of it.'

  test.each([
    [
      'x'.repeat(257),
      'The header x-headrace-key has 257 characters; a key has 256 at most: send a hash of it.',
    ],
    ['Zo\u00eb', refused],
    ['a\tb', refused],
  ])('%j is refused', async (key, message) => {
    const { url } = await startServer(rolloutOptions().options)
    const reply = await score(url, ONE_ROW, { 'x-headrace-key': key })
    expect([reply.status, ((await reply.json()) as { message: string }).message]).toEqual([400, message])
  })

  test('that is empty is none', async () => {
    const { url } = await startServer(rolloutOptions().options)
    const { headers } = await score(url, ONE_ROW, { 'x-headrace-key': '  ', 'x-request-id': 'id-1' })
    expect(headers.get('x-headrace-variant')).toBe(expectedVariant('id-1'))
  })

  test('may come in another header', async () => {
    const stickyKey = { header: 'x-user', column: undefined }
    const { url } = await startServer(rolloutOptions(rolloutPlan({ stickyKey })).options)
    for (const key of keysOf(40, 'user')) {
      const { headers } = await score(url, ONE_ROW, { 'x-user': key, 'x-headrace-key': 'other' })
      expect(headers.get('x-headrace-variant')).toBe(expectedVariant(key))
    }
  })

  test.each(['/invocations', '/v2/models/iris/infer', '/v1/models/iris:predict'])(
    'in a column is the text of its first value at %s',
    async (path) => {
      const { url } = await startServer(rolloutOptions(byColumn).options)
      const values = [
        '0',
        '17',
        '-3',
        '0.1',
        '123456',
        '2.5',
        ...keysOf(60, '').map((_, index) => String(index)),
      ]
      for (const value of values) {
        const data = `[${value}, 2, 3, 4, 99, 2, 3, 4]`
        const tensor = `{"name": "x", "shape": [2, 4], "datatype": "FP32", "data": ${data}}`
        const rows = `[[${value}, 2, 3, 4], [99, 2, 3, 4]]`
        const body = path.startsWith('/v2') ? `{"inputs": [${tensor}]}` : `{"inputs": ${rows}}`
        const reply = await post(url + path, body)
        const variant = expectedVariant(value)
        expect([value, reply.headers.get('x-headrace-variant')]).toEqual([value, variant])
        if (path.startsWith('/v2')) {
          expect(await reply.json()).toMatchObject({ model_version: variant === 'a' ? '3' : '4' })
        }
      }
    },
  )

  test('in a column gives way to the one in the header', async () => {
    const { url } = await startServer(rolloutOptions(byColumn).options)
    for (const key of keysOf(40, 'h')) {
      const { headers } = await score(url, ONE_ROW, { 'x-headrace-key': key })
      expect(headers.get('x-headrace-variant')).toBe(expectedVariant(key))
    }
  })

  test('in an input is the same over gRPC', async () => {
    const { address } = await startGrpc(rolloutOptions(byColumn).options)
    const client = new TestClient(address)
    for (let value = 0; value < 40; value += 1) {
      const inputs = [
        { name: 'x', shape: [1, 4], datatype: 'FP32', contents: { fp32_contents: [value, 2, 3, 4] } },
      ]
      const { trailers, reply } = await client.call('ModelInfer', { model_name: 'iris', inputs })
      const variant = expectedVariant(String(value))
      expect(trailers['x-headrace-variant']).toBe(variant)
      expect(reply['model_version']).toBe(variant === 'a' ? '3' : '4')
    }
  })
})

describe('a header', () => {
  test('forces a variant, whose answer has no outcome id', async () => {
    const { options, channel } = rolloutOptions(allTo(0))
    const { url } = await startServer(options)
    const { headers, status } = await score(url, ONE_ROW, { 'x-headrace-variant': 'b' })
    expect(status).toBe(200)
    expect([headers.get('x-headrace-variant'), headers.get('x-headrace-model-version')]).toEqual(['b', '4'])
    expect(headers.get('x-headrace-outcome-id')).toBeNull()
    await channel.until(() => channel.observed.length === 1)
    expect(channel.observed.map(seen)).toEqual(['1 in step 0, forced'])
  })

  test('cannot force a variant that is not there, or where that is not allowed', async () => {
    const { url } = await startServer(rolloutOptions().options)
    const unknown = await score(url, ONE_ROW, { 'x-headrace-variant': 'c' })
    expect([unknown.status, await unknown.json()]).toMatchObject([
      400,
      { message: "The rollout 'iris' has no variant 'c'." },
    ])
    const { url: strict } = await startServer(rolloutOptions(rolloutPlan({ canForce: false })).options)
    expect((await score(strict, ONE_ROW, { 'x-headrace-variant': 'b' })).status).toBe(403)
  })

  test.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'])(
    'forces nothing where this machine alone may and a proxy writes %s',
    async (header) => {
      const { url } = await startServer(rolloutOptions(rolloutPlan({ canForce: 'local' })).options)
      const forced = { 'x-headrace-variant': 'b' }
      expect((await score(url, ONE_ROW, forced)).headers.get('x-headrace-variant')).toBe('b')
      const proxied = await score(url, ONE_ROW, { ...forced, [header]: '192.0.2.1' })
      expect([proxied.status, await proxied.json()]).toMatchObject([
        403,
        { message: expect.stringContaining('a proxy has passed this request on') },
      ])
      expect((await score(url, ONE_ROW, { [header]: '192.0.2.1' })).status).toBe(200)
    },
  )
})

describe('an outcome id', () => {
  test('tells rollout, variant, step and key, and is there on good answers alone', async () => {
    const { url } = await startServer(rolloutOptions().options)
    const before = Date.now()
    const { headers } = await score(url, ONE_ROW, { 'x-headrace-key': 'somebody' })
    const facts = new OutcomeIds(OUTCOME_KEY).read(headers.get('x-headrace-outcome-id')!)!
    const variant = ['a', 'b'].indexOf(expectedVariant('somebody'))
    expect(facts).toMatchObject({ rolloutId: SEED, variant, step: 0, key: keyNumber(SEED, 'somebody') })
    expect(facts.issuedAt).toBeGreaterThanOrEqual(before)
    const again = await score(url, ONE_ROW, { 'x-headrace-key': 'somebody' })
    expect(again.headers.get('x-headrace-outcome-id')).not.toBe(headers.get('x-headrace-outcome-id'))
    const bad = await score(url, '{"inputs": 1}', { 'x-headrace-key': 'somebody' })
    expect([bad.status, bad.headers.get('x-headrace-outcome-id')]).toEqual([400, null])
    expect(bad.headers.get('x-headrace-variant')).not.toBeNull()
  })

  test('may be read by pages of other origins', async () => {
    const { url } = await startServer({ ...rolloutOptions().options, corsOrigins: ['*'] })
    const reply = await score(url, ONE_ROW, { origin: 'https://example.org' })
    expect(reply.headers.get('access-control-expose-headers')).toContain('X-Headrace-Outcome-Id')
    const preflight = await fetch(`${url}/invocations`, {
      method: 'OPTIONS',
      headers: { origin: 'https://example.org', 'access-control-request-method': 'POST' },
    })
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-headrace-key')
  })
})

describe('a rollout', () => {
  test('is described by its control, under its own name', async () => {
    const { url } = await startServer(rolloutOptions().options)
    const json = async (path: string) => (await fetch(url + path)).json()
    expect(await json('/v2/models/iris')).toMatchObject({ name: 'iris', versions: ['3', '4'] })
    expect(await json('/v2/models/iris/versions/4')).toMatchObject({ name: 'iris' })
    expect(await json('/v2/models/iris/ready')).toEqual({ name: 'iris', ready: true })
    expect(await json('/v1/models')).toEqual({ models: ['iris', 'a', 'b'] })
    expect(await json('/v1/models/iris')).toMatchObject({ name: 'iris', ready: true })
    expect((await fetch(`${url}/v2/models/iris/versions/9`)).status).toBe(404)
    const { paths } = (await json('/openapi.json')) as { paths: object }
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/invocations', '/models/iris/invocations', '/models/a/invocations']),
    )
  })

  test('counts its requests under its name, by the version that answered', async () => {
    const { url } = await startServer(rolloutOptions(allTo(1)).options)
    await score(url)
    const { model_stats } = (await (await fetch(`${url}/v2/models/iris/stats`)).json()) as {
      model_stats: { name: string; version: string; inference_count: number }[]
    }
    expect(model_stats.map(({ name, version, inference_count }) => [name, version, inference_count])).toEqual(
      [
        ['iris', '3', 0],
        ['iris', '4', 1],
      ],
    )
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(text).toContain('headrace_requests_total{model="iris",version="4",code="200"} 1')
    expect(text).toContain('headrace_rollout_requests_total{rollout="iris",variant="b",result="ok"} 1')
    expect(text).toContain('headrace_rollout_request_seconds_count{rollout="iris",variant="b"} 1')
    expect(text).toContain('headrace_rollout_share{rollout="iris",variant="b"} 1')
    expect(text).toContain(
      `headrace_rollout_info{rollout="iris",id="${rolloutId('iris', [
        { name: 'a', version: '3' },
        { name: 'b', version: '4' },
      ])}",phase="running"} 1`,
    )
  })

  test('without its control is not found, and not ready while models are being loaded', async () => {
    const models = [fakeModel({ name: 'b', version: '4' })]
    const { options } = rolloutOptions(rolloutPlan(), models)
    const { url } = await startServer(options)
    const reply = await post(`${url}/models/iris/invocations`, ONE_ROW)
    expect([reply.status, await reply.json()]).toMatchObject([
      404,
      { message: "The rollout 'iris' is not answered: its control 'a' is not loaded." },
    ])
    const loading = new FakeModels(...models)
    loading.loaded = false
    const { url: early } = await startServer({ ...options, models: loading })
    expect((await post(`${early}/models/iris/invocations`, ONE_ROW)).status).toBe(503)
  })

  test('takes no other version of a variant for the one that it began with, whoever is loaded under its name', async () => {
    const { options, channel } = rolloutOptions(allTo(1))
    const { url } = await startServer(options)
    const began = ['a', 'b'].map((name) => ({ name, uri: `models:/${name}/3`, version: '3' }))
    channel.tell('iris', rolloutState({ split: firstSplit([0, 1000]) }), began)
    const { headers } = await score(url)
    expect([headers.get('x-headrace-variant'), headers.get('x-headrace-model-version')]).toEqual(['a', '3'])
    channel.tell('iris', rolloutState({ split: firstSplit([0, 1000]) }))
    expect((await score(url)).headers.get('x-headrace-model-version')).toBe('4')
  })

  test('is answered by its control while a variant is not there, which counts for nobody', async () => {
    const { options, channel } = rolloutOptions(allTo(1), [fakeModel({ name: 'a', version: '3' })])
    const { url } = await startServer(options)
    const { status, headers } = await score(url)
    expect([status, headers.get('x-headrace-variant')]).toEqual([200, 'a'])
    expect(headers.get('x-headrace-outcome-id')).toBeNull()
    expect(channel.messages).toEqual([])
  })
})
