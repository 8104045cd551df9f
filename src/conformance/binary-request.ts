import { bodyOf, type SampleRequest, type SampleTensor } from './sample-request.ts'
import type { TestBench } from './test-bench.ts'
import { type JsonValue, jsonText } from './wire/exact-json.ts'
import type { RestAnswer } from './wire/rest-peer.ts'
import { bytesOfElements } from './wire/tensor-bytes.ts'

/** How a request departs from one that has all its inputs as bytes. */
export interface BinaryChanges {
  /** Which inputs go as bytes; default all. */
  isBinary?(tensor: SampleTensor, index: number): boolean
  /** Members of the request. */
  readonly members?: Readonly<Record<string, JsonValue>>
  /** What Inference-Header-Content-Length says, of the true length. */
  headerLength?(length: number): string
  /** The bytes after the JSON. */
  tail?(bytes: Uint8Array): Uint8Array
  /** What binary_data_size says, of the true size. */
  size?(size: number): JsonValue
}

/** Sends the sample with tensors as bytes after the JSON. (Binary Tensor Data Extension) */
export function sendBinary(bench: TestBench, changes: BinaryChanges = {}): Promise<RestAnswer> {
  const { isBinary = () => true, members = {}, headerLength = String, tail = (bytes) => bytes } = changes
  const { sample } = bench
  const json = Buffer.from(jsonText({ inputs: inputsOf(sample, isBinary, changes.size), ...members }))
  const bytes = Buffer.concat(
    sample.filter(isBinary).map(({ datatype, elements }) => bytesOfElements(datatype, elements)),
  )
  return bench.rest.send({
    method: 'POST',
    path: bench.path('/infer'),
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': headerLength(json.byteLength),
    },
    body: Buffer.concat([json, tail(bytes)]),
  })
}

function inputsOf(
  sample: SampleRequest,
  isBinary: (tensor: SampleTensor, index: number) => boolean,
  sizeOf: BinaryChanges['size'] = (size) => size,
): readonly JsonValue[] {
  return bodyOf(sample).inputs.map(({ data, ...input }, index) => {
    const tensor = sample[index]
    if (tensor === undefined || !isBinary(tensor, index)) return { ...input, data }
    const { byteLength } = bytesOfElements(tensor.datatype, tensor.elements)
    return { ...input, parameters: { binary_data_size: sizeOf(byteLength) } }
  })
}
