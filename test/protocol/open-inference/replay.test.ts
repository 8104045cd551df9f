import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { basename, resolve } from 'node:path'
import { gunzipSync, inflateSync } from 'node:zlib'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../../src/runtime/model-repository.ts'
import { buildApp } from '../../../src/server/app.ts'
import { listen, type RunningServer } from '../../../src/server/listen.ts'
import { writeDatatypeModels } from '../../fixtures/onnx/datatype-models.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import type { Recording } from './recording.ts'

/** Requests of real clients, answered by Headrace as Triton answered them (see README.md). */
const RECORDINGS = readFileSync(resolve(import.meta.dirname, 'records.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recording)

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

interface Output {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly data?: readonly unknown[]
  readonly parameters?: { readonly binary_data_size?: number }
}

const repository = new ModelRepository({
  placement: 'inline',
  resolve: async (uri) => ({
    ...{ uri, canonicalUri: uri, name: basename(uri), path: uri, version: undefined, alias: undefined },
    origin: { kind: 'local' as const, location: uri, registry: undefined },
  }),
})
let server: RunningServer

beforeAll(async () => {
  const app = await buildApp({
    models: repository,
    dataPlane: new DataPlane(),
    logger: pino({ level: 'silent' }),
  })
  // Together: what is loaded later is tried in a process of its own first.
  await Promise.all(writeDatatypeModels(temporaryFolder()).map((folder) => repository.load(folder)))
  server = await listen(app, { host: '127.0.0.1', port: 0 })
})

afterAll(async () => {
  await server.stop({ graceMs: 0 })
  await repository.close()
})

describe.each([...new Set(RECORDINGS.map(({ path }) => path))])('%s', (path) => {
  const recordings = RECORDINGS.filter((recording) => recording.path === path)

  test.each(recordings.map((recording, index) => ({ index, recording })))('$index', async ({ recording }) => {
    const reply = await ask(recording)
    const expected = replyOf(recording)
    if (expected.status >= 400) expectRefusal(reply)
    else expect(meaningOf(path, reply)).toEqual(meaningOf(path, expected))
  })
})

function ask({ method, path, headers, body }: Recording): Promise<Reply> {
  const bytes = Buffer.from(body, 'base64')
  return new Promise((resolve, reject) => {
    const all = { ...headers, ...(method === 'POST' ? { 'content-length': bytes.length } : {}) }
    const asked = request(`${server.url}${path}`, { method, headers: all }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.once('end', () => {
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: Buffer.concat(chunks) })
      })
    })
    asked.once('error', reject)
    asked.end(bytes)
  })
}

function replyOf({ status, replyHeaders, reply }: Recording): Reply {
  return { status, headers: replyHeaders, body: Buffer.from(reply, 'base64') }
}

function expectRefusal({ status, body }: Reply): void {
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  // Triton's readiness of a model has no body.
  if (body.length > 0)
    expect(JSON.parse(body.toString())).toMatchObject({ error: expect.stringMatching(/./) })
}

/** What a reply says, without what is each server's own. */
function meaningOf(path: string, reply: Reply): unknown {
  const { status } = reply
  if (path.includes('/infer')) return { status, ...inferenceOf(reply) }
  if (path.includes('/health/') || path.includes('/ready')) return { status }
  const document = JSON.parse(reply.body.toString()) as Record<string, unknown>
  if (path.endsWith('/config')) return { status, name: document['name'], input: tensorsOf(document['input']) }
  const { name, versions, inputs, outputs } = document
  return path === '/v2' ? { status } : { status, name, versions, inputs, outputs }
}

function tensorsOf(config: unknown): unknown {
  return (config as { name: string; data_type: string }[]).map(({ name, data_type }) => ({ name, data_type }))
}

function inferenceOf(reply: Reply) {
  const body = inflated(reply)
  const headerLength = reply.headers['inference-header-content-length']
  const end = headerLength === undefined ? body.length : Number(headerLength)
  const { model_name, model_version, id, outputs } = numbersKept(body.toString('utf8', 0, end))
  return { model_name, model_version, id, outputs: byName(outputs, body.subarray(end)) }
}

function inflated({ headers, body }: Reply): Buffer {
  if (headers['content-encoding'] === 'gzip') return gunzipSync(body)
  return headers['content-encoding'] === 'deflate' ? inflateSync(body) : body
}

interface InferDocument {
  readonly model_name: string
  readonly model_version: string
  readonly id?: string
  readonly outputs: readonly Output[]
}

/** Integers beyond 2^53 as texts, and what JSON has no numbers for. */
function numbersKept(text: string): InferDocument {
  const tokens = /(?<=[[,:])-?(?:\d{16,}|NaN|Infinity)(?=[,\]])/g
  return JSON.parse(text.replaceAll(tokens, (token) => JSON.stringify(token))) as InferDocument
}

/** Where nobody asked for outputs, or in which order, Triton has its own. */
function byName(outputs: readonly Output[], binary: Buffer) {
  let taken = 0
  const named = outputs.map(({ name, datatype, shape, data, parameters }) => {
    const start = taken
    taken += parameters?.binary_data_size ?? 0
    const values = data?.map((value) => comparable(datatype, value))
    return { name, datatype, shape, values, bytes: binary.toString('base64', start, taken) }
  })
  expect(taken).toBe(binary.length)
  return named.sort((left, right) => left.name.localeCompare(right.name))
}

/** Triton writes FP32 with the digits of FP64, and the value of a class with six places. */
function comparable(datatype: string, value: unknown): unknown {
  if (datatype === 'FP32' && typeof value === 'number') return Math.fround(value)
  const ofClass = datatype === 'BYTES' ? /^(-?[\d.]+):(\d+)$/.exec(String(value)) : null
  return ofClass === null ? value : [Number(ofClass[1]), ofClass[2]]
}
