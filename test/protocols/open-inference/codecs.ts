import type { OutputMetadata, TensorMetadata } from '../../../src/core/predictor.ts'
import type { Datatype, Tensor } from '../../../src/core/tensor.ts'
import {
  compileOpenInferenceCodec,
  type OpenInferenceCodecInit,
} from '../../../src/protocols/open-inference/compile-open-inference-codec.ts'
import type {
  DecodedInfer,
  OpenInferenceCodec,
} from '../../../src/protocols/open-inference/open-inference-codec.ts'

export function input(name: string, datatype: Datatype, shape: readonly number[]): TensorMetadata {
  return { name, datatype, shape }
}

export function unranked(name: string, datatype: Datatype): TensorMetadata {
  return { name, datatype, shape: [], unranked: true }
}

const OUTPUTS: readonly OutputMetadata[] = [{ name: 'y', datatype: 'FP32', shape: [-1, 3] }]

/** A codec of model `m`, version 1. */
export function codecOf(
  inputs: readonly TensorMetadata[],
  init: Partial<OpenInferenceCodecInit> = {},
): OpenInferenceCodec {
  return compileOpenInferenceCodec({
    ...{ name: 'm', version: '1', signature: undefined, inputs, outputs: OUTPUTS, batchable: false },
    ...init,
  })
}

/** What a codec makes of JSON, given as text or as what becomes it. */
export function decodeJson(codec: OpenInferenceCodec, body: unknown): DecodedInfer {
  return codec.decode(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), undefined)
}

/** The tensor that a codec of one input `x` makes of a JSON request. */
export function decodeOne(
  metadata: { readonly datatype: Datatype; readonly shape: readonly number[] },
  json: string,
): Tensor {
  const codec = codecOf([{ name: 'x', ...metadata }])
  return codec.decode(Buffer.from(json), undefined).request.inputs.get('x')!
}

/** A body of JSON and what follows it, some bytes into a larger buffer. */
export function binaryBody(
  json: unknown,
  binary: readonly Uint8Array[],
  offset = 0,
): { readonly body: Uint8Array; readonly headerLength: number } {
  const header = Buffer.from(JSON.stringify(json))
  const whole = Buffer.concat([Buffer.alloc(offset), header, ...binary])
  return { body: whole.subarray(offset), headerLength: header.length }
}

export function octets(data: Exclude<Tensor['data'], readonly string[]>): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
