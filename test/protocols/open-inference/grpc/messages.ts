import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

const PROTO = fileURLToPath(
  new URL('../../../../src/protocols/open-inference/grpc/open-inference.proto', import.meta.url),
)

const root = protobuf.loadSync(PROTO)

/** The messages of the public protocol, as another implementation reads and writes them. */
export const ModelInferRequest = root.lookupType('inference.ModelInferRequest')
export const ModelInferResponse = root.lookupType('inference.ModelInferResponse')
export const ModelStreamInferResponse = root.lookupType('inference.ModelStreamInferResponse')

export function encodeRequest(fields: object): Buffer {
  return Buffer.from(ModelInferRequest.encode(ModelInferRequest.fromObject(fields)).finish())
}

export function decodeReply(bytes: Uint8Array): Record<string, unknown> {
  return ModelInferResponse.toObject(ModelInferResponse.decode(bytes), { longs: String, arrays: true })
}
