import type { ConformanceCase } from '../conformance-case.ts'
import { readInferenceReply } from '../inference-reply.ts'
import { mustBeEqual } from '../same-tensors.ts'
import type { SampleTensor } from '../sample-request.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import { ELEMENT_TYPES } from '../wire/element-types.ts'
import { mustBeClientError, mustBeRefused } from '../wire/read-answer.ts'
import type { RestAnswer } from '../wire/rest-peer.ts'
import { bytesOfElements } from '../wire/tensor-bytes.ts'
import { mustKnowBinary } from './binary.ts'

const group = 'raw'
const RAW = clauseOf('binary', 'Raw Binary Request')

export const RAW_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.raw.answer',
    group,
    level: 'extension',
    title: 'A body of one tensor alone, with a header length of 0, is answered as its JSON form is',
    clause: RAW,
    async run(bench) {
      const { outputs } = readInferenceReply(await sendRaw(bench))
      const values = (from: typeof outputs) => from.map((output) => ({ ...output, shape: [] }))
      mustBeEqual(values(bench.reference.outputs), values(outputs), 'raw and JSON')
    },
  },
  {
    id: 'rest.raw.binary-outputs',
    group,
    level: 'extension',
    title: 'The outputs of a raw request come as bytes',
    clause: RAW,
    async run(bench) {
      const { outputs } = readInferenceReply(await sendRaw(bench))
      must(
        outputs.every(({ binary }) => binary),
        'all outputs must have binary_data_size',
      )
    },
  },
  {
    id: 'rest.raw.wrong-length',
    group,
    level: 'extension',
    title: 'A raw body that is no whole number of elements is refused',
    clause: RAW,
    async run(bench) {
      const datatype = bench.sample[0]?.datatype ?? ''
      if (datatype === 'BYTES' || ELEMENT_TYPES[datatype]?.size === 1) {
        notApplicable('a raw body of any length is one of this input')
      }
      const answer = await sendRaw(bench, (bytes) => bytes.subarray(0, -1))
      mustBeRefused(answer, 'a raw body of a wrong length')
      mustBeClientError(answer, 'a raw body of a wrong length')
    },
  },
]

function sendRaw(
  bench: TestBench,
  change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): Promise<RestAnswer> {
  mustKnowBinary(bench)
  const [tensor, ...others] = bench.sample
  if (tensor === undefined || others.length > 0) notApplicable('the model has several inputs')
  const described = bench.model.inputs[0]?.shape ?? []
  if (described.slice(1).filter((size) => size === -1).length > 1) {
    notApplicable('the input has several dimensions of any size')
  }
  return bench.rest.send({
    method: 'POST',
    path: bench.path('/infer'),
    headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': '0' },
    body: change(rawBytes(tensor)),
  })
}

/** Of BYTES the whole body is one element, without a length before it. */
function rawBytes({ datatype, elements }: SampleTensor): Uint8Array {
  if (datatype !== 'BYTES') return bytesOfElements(datatype, elements)
  if (elements.length !== 1) notApplicable('a raw body is one text, and the sample has several')
  return Buffer.from(String(elements[0]))
}
