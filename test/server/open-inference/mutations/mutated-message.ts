import { gzipSync } from 'node:zlib'
import protobuf from 'protobufjs'
import { ROOT } from '../../../e2e/support/headrace-process.ts'
import { damageJson } from '../../../flavors/tfjs/hostile/damage.ts'
import type { Random } from '../../../soak/mlflow-differential/random.ts'
import { damageBytes } from './damage-bytes.ts'

export interface GrpcRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** With its frame, or what stands in its place. */
  readonly body: Buffer
}

const SERVICE = '/inference.GRPCInferenceService/'
const PROTO = protobuf.loadSync(`${ROOT}src/protocols/open-inference/grpc/open-inference.proto`)
const INFER_REQUEST = PROTO.lookupType('inference.ModelInferRequest')
/** Calls whose requests are a name and a version. */
const NAMING_CALLS = ['ModelReady', 'ModelMetadata', 'ModelConfig', 'ModelStatistics'] as const
const NAMING_REQUEST = PROTO.lookupType('inference.ModelReadyRequest')

type Message = Readonly<Record<string, unknown>>

const FLOATS = Float32Array.of(1.5, -2, 3e38, 0.1)

const SOUND_MESSAGES: readonly Message[] = [
  {
    modelName: 'fp32',
    id: 'a',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4] }],
    rawInputContents: [base64(FLOATS)],
  },
  {
    modelName: 'fp32',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 2], contents: { fp32Contents: [...FLOATS] } }],
    outputs: [{ name: 'y', parameters: { classification: { int64Param: 2 } } }],
  },
  {
    modelName: 'int64',
    inputs: [
      { name: 'x', datatype: 'INT64', shape: [1, 3], contents: { int64Contents: [1, -(2 ** 53), 42] } },
    ],
    parameters: {
      timeout: { int64Param: 60_000_000 },
      any: { stringParam: 'text' },
      half: { doubleParam: 0.5 },
    },
  },
  {
    modelName: 'bytes',
    inputs: [
      {
        name: 'x',
        datatype: 'BYTES',
        shape: [1, 2],
        contents: { bytesContents: ['Z3LDtsOfZXI=', ''] },
      },
    ],
  },
  {
    modelName: 'bytes',
    inputs: [{ name: 'x', datatype: 'BYTES', shape: [1, 1] }],
    rawInputContents: [base64(Uint8Array.of(3, 0, 0, 0, 97, 98, 99))],
  },
  {
    modelName: 'add-sub',
    inputs: ['a', 'b'].map((name) => ({ name, datatype: 'INT32', shape: [1, 16] })),
    outputs: [{ name: 'difference' }],
    rawInputContents: [base64(Buffer.alloc(64, 1)), base64(Buffer.alloc(64, 2))],
  },
  {
    modelName: 'fp32',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [300, 100] }],
    rawInputContents: [base64(Buffer.alloc(120_000, 63))],
  },
]

const ODD_HEADERS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['grpc-timeout', ['1n', '0S', '-1S', 'soon', '99999999H', '999999999999S', '10S']],
  ['grpc-encoding', ['gzip', 'deflate', 'identity', 'br', 'x'.repeat(1000)]],
  ['grpc-accept-encoding', ['gzip', 'identity,deflate,gzip', 'br', ',,']],
  ['content-type', ['application/grpc+proto', 'application/grpc+json', 'application/json', 'text/html']],
  ['content-length', ['0', '5']],
  ['authorization', ['Bearer nonsense', '']],
  ['x-headrace-timeout-ms', ['0', '-1', 'soon', '60000']],
  ['trace-bin', ['????', 'AAAA']],
]

/** As messages are written in JSON. */
function base64({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

/** Sound inference requests as they are sent. */
export function soundMessages(): readonly GrpcRequest[] {
  return SOUND_MESSAGES.map((message) => ({
    path: `${SERVICE}ModelInfer`,
    headers: {},
    body: framed(encoded(message)),
  }))
}

/** A sound request that is damaged in its values, its bytes, its frame or its headers. */
export function mutatedMessage(random: Random): GrpcRequest {
  const headers: Record<string, string> = {}
  const message = structuredClone(random.pick(SOUND_MESSAGES))
  if (random.chance(0.5)) damageJson(random, message)
  let bytes = encoded(message)
  if (random.chance(0.6)) bytes = damageBytes(random, bytes)
  if (random.chance(0.15)) {
    const [name, values] = random.pick(ODD_HEADERS)
    headers[name] = random.pick(values)
  }
  return {
    path: pathOf(random),
    headers,
    body: random.chance(0.15) ? oddlyFramed(random, bytes, headers) : framed(bytes),
  }
}

/** The values of a message that was damaged may be of no type that it could have: then it stays as it was. */
function encoded(message: Message): Buffer {
  try {
    return Buffer.from(INFER_REQUEST.encode(INFER_REQUEST.fromObject(message)).finish())
  } catch {
    const name = typeof message['modelName'] === 'string' ? message['modelName'] : 'fp32'
    return Buffer.from(NAMING_REQUEST.encode({ name, version: '1' }).finish())
  }
}

function pathOf(random: Random): string {
  const call = random.weighted({ infer: 12, stream: 3, naming: 3, other: 1 })
  if (call === 'infer') return `${SERVICE}ModelInfer`
  if (call === 'stream') return `${SERVICE}ModelStreamInfer`
  if (call === 'naming') return SERVICE + random.pick(NAMING_CALLS)
  return random.pick([
    ...['RepositoryIndex', 'ServerMetadata', 'SystemSharedMemoryStatus', 'Nothing'].map(
      (name) => SERVICE + name,
    ),
    ...['/', '/a/b/c', '/grpc.health.v1.Health/Check', '/inference.GRPCInferenceService'],
  ])
}

/** A message after its length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
function framed(message: Buffer, compressed = 0, length = message.length): Buffer {
  const head = Buffer.alloc(5)
  head[0] = compressed
  head.writeUInt32BE(length, 1)
  return Buffer.concat([head, message])
}

function oddlyFramed(random: Random, message: Buffer, headers: Record<string, string>): Buffer {
  switch (random.below(7)) {
    case 0:
      return framed(
        message,
        0,
        random.pick([0, 1, message.length - 1, message.length + 1, 0xff_ff_ff_ff].map(positive)),
      )
    case 1:
      return Buffer.concat([framed(message), framed(message)])
    case 2:
      return framed(message, random.pick([1, 2, 255]))
    case 3:
      return Buffer.alloc(random.below(8), 0)
    case 4:
      headers['grpc-encoding'] = 'gzip'
      return framed(gzipSync(message), 1)
    case 5:
      headers['grpc-encoding'] = 'gzip'
      return framed(damageBytes(random, gzipSync(message)), 1)
    default:
      return framed(message).subarray(0, 3 + random.below(10))
  }
}

function positive(length: number): number {
  return Math.max(0, length)
}
