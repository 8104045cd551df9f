import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { deflateSync, gunzip, gzipSync, inflate } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { type JsonValue, jsonText, readExactJson } from '../../../src/conformance/wire/exact-json.ts'
import { bytesOfElements } from '../../../src/conformance/wire/tensor-bytes.ts'
import { isRecord } from '../../../src/core/record.ts'
import {
  binaryElements,
  boundInputs,
  check,
  Refusal,
  readInput,
  TINY_MODELS,
  type TinyModel,
  type TinyTensor,
} from './tiny-model.ts'

export interface TinyRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

export interface TinyAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** Something that a server does wrong: it has the request, and may ask what the right answer were. */
export type Fault = (
  request: TinyRequest,
  right: (instead?: TinyRequest) => Promise<TinyAnswer>,
) => Promise<TinyAnswer | 'hang up'>

export const EXTENSIONS = [
  ...['binary_tensor_data', 'classification', 'parameters', 'statistics'],
  ...['model_configuration', 'model_repository'],
]

const VERSION = '1'

/** A small server of the Open Inference Protocol that does all of it right, but for its fault. */
export class TinyServer {
  readonly #fault: Fault
  readonly #loaded = new Set(Object.keys(TINY_MODELS))
  #inferences = 0
  #server: Server | undefined

  constructor(fault: Fault = (_, right) => right()) {
    this.#fault = fault
  }

  /** Until the test ends; resolves to its URL. */
  async start(): Promise<string> {
    const server = createServer(async (message, response) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of message) chunks.push(chunk)
      const { method = '', url = '', headers } = message
      const request = { method, path: url, headers, body: Buffer.concat(chunks) }
      const answer = await this.#fault(request, (instead = request) => this.#answer(instead))
      if (answer === 'hang up') message.socket.destroy()
      else response.writeHead(answer.status, answer.headers).end(answer.body)
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => this.stop())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server?.close()
    this.#server?.closeAllConnections()
  }

  async #answer(request: TinyRequest): Promise<TinyAnswer> {
    try {
      return await this.#route(request)
    } catch (error) {
      if (error instanceof Refusal) return json({ error: error.message }, 400)
      throw error
    }
  }

  async #route(request: TinyRequest): Promise<TinyAnswer> {
    const { method, path } = request
    if (path === '/v2' || path === '/v2/') return json({ name: 'tiny', version: '1', extensions: EXTENSIONS })
    if (/^\/v2\/health\/(live|ready)$/.test(path)) return json({})
    if (path === '/v2/models/stats') return this.#statistics()
    if (path.startsWith('/v2/repository/')) return this.#repository(request)
    const [, name, version, action = ''] =
      /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(\/[a-z]+)?$/.exec(path) ?? []
    if (name === undefined) return json({ error: 'unknown path' }, 404)
    const model = this.#loaded.has(name) ? TINY_MODELS[name] : undefined
    if (model === undefined || (version ?? VERSION) !== VERSION) return json({ error: 'unknown model' }, 404)
    if (action === '/infer') {
      return method === 'POST' ? this.#infer(name, model, request) : json({ error: 'POST only' }, 405)
    }
    if (action === '/stats') return this.#statistics()
    if (action === '/config') {
      const { inputs, outputs } = tensorsOf(model)
      return json({ name, input: inputs, output: outputs })
    }
    if (action === '/ready') return json({ name, ready: true })
    return json({ name, versions: [VERSION], platform: 'tiny', ...tensorsOf(model) })
  }

  #statistics(): TinyAnswer {
    const duration = { count: this.#inferences, ns: 1 }
    const names = ['success', 'fail', 'queue', 'compute_input', 'compute_infer', 'compute_output']
    const stats = Object.keys(TINY_MODELS).map((name) => ({
      name,
      version: VERSION,
      last_inference: 1,
      inference_count: this.#inferences,
      execution_count: this.#inferences,
      inference_stats: Object.fromEntries(names.map((part) => [part, duration])),
      batch_stats: [],
    }))
    return json({ model_stats: stats })
  }

  #repository({ path, body }: TinyRequest): TinyAnswer {
    const asked = parsed(body.byteLength === 0 ? Buffer.from('{}') : body)
    check(isRecord(asked), 'the body is no object')
    if (path === '/v2/repository/index') return this.#index(asked['ready'] === true)
    const [, name = '', action] = /^\/v2\/repository\/models\/([^/]+)\/(load|unload)$/.exec(path) ?? []
    check(name in TINY_MODELS, 'unknown model')
    if (action === 'load') this.#loaded.add(name)
    else this.#loaded.delete(name)
    return json({})
  }

  #index(ready: boolean): TinyAnswer {
    const models = Object.keys(TINY_MODELS).map((name) => {
      const state = this.#loaded.has(name) ? 'READY' : 'UNAVAILABLE'
      return { name, version: VERSION, state, reason: '' }
    })
    return json(models.filter(({ state }) => !ready || state === 'READY'))
  }

  async #infer(name: string, model: TinyModel, request: TinyRequest): Promise<TinyAnswer> {
    const answer = answered(name, model, await decompressed(request), request.headers)
    this.#inferences++
    return compressed(answer, String(request.headers['accept-encoding'] ?? ''))
  }
}

export function json(body: JsonValue, status = 200): TinyAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: jsonText(body) }
}

function tensorsOf({ inputs, outputs }: TinyModel) {
  const described = ({ name, datatype, shape }: TinyModel['inputs'][number]) => ({ name, datatype, shape })
  return { inputs: inputs.map(described), outputs: outputs.map(described) }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return readExactJson(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw new Refusal('the body is not JSON')
  }
}

async function decompressed({ headers, body }: TinyRequest): Promise<Uint8Array> {
  const coding = headers['content-encoding'] ?? 'identity'
  const expand = {
    identity: async (bytes: Uint8Array) => bytes,
    gzip: promisify(gunzip),
    deflate: promisify(inflate),
  }[coding]
  check(expand !== undefined, `unknown coding ${coding}`)
  try {
    return await expand(body)
  } catch {
    throw new Refusal('the body is not compressed as it says')
  }
}

function compressed(answer: TinyAnswer, accepted: string): TinyAnswer {
  const coding = accepted === 'gzip' || accepted === 'deflate' ? accepted : undefined
  if (coding === undefined) return answer
  const body = coding === 'gzip' ? gzipSync(answer.body) : deflateSync(answer.body)
  return { ...answer, headers: { ...answer.headers, 'content-encoding': coding }, body }
}

function answered(
  name: string,
  model: TinyModel,
  body: Uint8Array,
  headers: IncomingHttpHeaders,
): TinyAnswer {
  const header = headers['inference-header-content-length']
  if (header === '0') return encoded(name, {}, model.run([rawInput(model, body)]), () => true)
  const length = header === undefined ? body.byteLength : Number(header)
  check(Number.isSafeInteger(length) && length > 0 && length <= body.byteLength, 'the header length is wrong')
  const asked = parsed(body.subarray(0, length))
  check(isRecord(asked), 'the body is no object')
  const outputs = model.run(boundInputs(model, readInputs(asked, body.subarray(length))))
  return wanted(name, asked, outputs)
}

function rawInput(model: TinyModel, body: Uint8Array): TinyTensor {
  const [input, ...others] = model.inputs
  check(
    input !== undefined && others.length === 0 && body.byteLength % 8 === 0,
    'no raw request for this model',
  )
  const rows = body.byteLength / 8
  return { ...input, shape: [rows, 2], elements: binaryElements('FP32', body, rows * 2) }
}

function readInputs(asked: Readonly<Record<string, unknown>>, bytes: Uint8Array): readonly TinyTensor[] {
  const { inputs } = asked
  check(Array.isArray(inputs), 'inputs are no list')
  let rest = bytes
  const take = (size: number): Uint8Array => {
    check(size <= rest.byteLength, 'the body ends within a tensor')
    const taken = rest.subarray(0, size)
    rest = rest.subarray(size)
    return taken
  }
  const read = inputs.map((input) => readInput(input, take))
  check(rest.byteLength === 0, 'bytes follow the last tensor')
  return read
}

function wanted(
  name: string,
  asked: Readonly<Record<string, unknown>>,
  outputs: readonly TinyTensor[],
): TinyAnswer {
  const { id, parameters = {} } = asked
  check(id === undefined || typeof id === 'string', 'id is no string')
  check(isRecord(parameters), 'parameters are no object')
  const list = Array.isArray(asked['outputs']) ? asked['outputs'].filter(isRecord) : []
  const chosen = list.map(({ name: output, parameters: own = {} }) => {
    const found = outputs.find((tensor) => tensor.name === output)
    check(found !== undefined, 'unknown output')
    check(isRecord(own), 'parameters are no object')
    return { tensor: classified(found, Number(own['classification'] ?? 0)), binary: own['binary_data'] }
  })
  const all = chosen.length > 0 ? chosen : outputs.map((tensor) => ({ tensor, binary: undefined }))
  const isBinary = (tensor: TinyTensor) =>
    (all.find((one) => one.tensor === tensor)?.binary ?? parameters['binary_data_output']) === true
  return encoded(
    name,
    typeof id === 'string' ? { id } : {},
    all.map(({ tensor }) => tensor),
    isBinary,
  )
}

function classified(tensor: TinyTensor, count: number): TinyTensor {
  if (count === 0) return tensor
  const size = tensor.shape.at(-1) ?? 1
  const rows = tensor.elements.length / size
  const elements = Array.from({ length: rows }, (_, row) => {
    const values = tensor.elements
      .slice(row * size, row * size + size)
      .map((value, index) => [Number(value), index] as const)
    return [...values]
      .sort(([a], [b]) => b - a)
      .slice(0, count)
      .map(([value, index]) => `${value}:${index}`)
  })
  return { name: tensor.name, datatype: 'BYTES', shape: [rows, count], elements: elements.flat() }
}

function encoded(
  name: string,
  members: Readonly<Record<string, JsonValue>>,
  tensors: readonly TinyTensor[],
  isBinary: (tensor: TinyTensor) => boolean,
): TinyAnswer {
  const binary = tensors.filter(isBinary).map(({ datatype, elements }) => bytesOfElements(datatype, elements))
  const outputs = tensors.map((tensor) => {
    const { elements, ...described } = tensor
    const size = bytesOfElements(tensor.datatype, elements).byteLength
    return isBinary(tensor)
      ? { ...described, parameters: { binary_data_size: size } }
      : { ...described, data: elements }
  })
  const answer = json({ model_name: name, model_version: VERSION, ...members, outputs })
  if (binary.length === 0) return answer
  const header = Buffer.from(answer.body)
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(header.byteLength),
    },
    body: Buffer.concat([header, ...binary]),
  }
}
