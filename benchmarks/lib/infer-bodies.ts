import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

export const PROTO = fileURLToPath(
  new URL('../../src/protocols/open-inference/grpc/open-inference.proto', import.meta.url),
)

/** One FP32 tensor as the only input of a request. */
export interface FloatInput {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** A request body as wrk posts it. */
export interface PostedBody {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** All of it as JSON. */
export function jsonBody({ name, shape, values }: FloatInput): PostedBody {
  const input = { name, datatype: 'FP32', shape, data: [...values] }
  return { body: Buffer.from(JSON.stringify({ inputs: [input] })), headers: {} }
}

/** By the binary tensor data extension, the reply as well. */
export function binaryBody({ name, shape, values }: FloatInput): PostedBody {
  const parameters = { binary_data_size: values.byteLength }
  const head = Buffer.from(
    JSON.stringify({
      inputs: [{ name, datatype: 'FP32', shape, parameters }],
      parameters: { binary_data_output: true },
    }),
  )
  return {
    body: Buffer.concat([head, octets(values)]),
    headers: {
      'Content-Type': 'application/octet-stream',
      'Inference-Header-Content-Length': String(head.length),
    },
  }
}

/** A serialized ModelInferRequest with raw contents, as tritonclient sends it. */
export function grpcMessage(model: string, { name, shape, values }: FloatInput): Buffer {
  const loaded = loadPackageDefinition(loadSync(PROTO, { keepCase: true }))
  const { GRPCInferenceService } = loaded['inference'] as unknown as {
    readonly GRPCInferenceService: ServiceClientConstructor
  }
  return GRPCInferenceService.service['ModelInfer']!.requestSerialize({
    model_name: model,
    inputs: [{ name, datatype: 'FP32', shape }],
    raw_input_contents: [octets(values)],
  })
}

/** Writes a body to a file. @returns the path. */
export function written(path: string, body: Uint8Array): string {
  writeFileSync(path, body)
  return path
}

function octets({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
