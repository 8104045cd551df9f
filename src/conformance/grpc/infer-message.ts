import { isRecord } from '../../core/record.ts'
import type { ReplyTensor } from '../inference-reply.ts'
import type { SampleRequest, SampleTensor } from '../sample-request.ts'
import type { TestBench } from '../test-bench.ts'
import { must } from '../verdict.ts'
import { countOf, ELEMENT_TYPES, type Element } from '../wire/element-types.ts'
import { type JsonObject, listMember, textMember } from '../wire/read-answer.ts'
import { bytesOfElements, elementsOfBytes } from '../wire/tensor-bytes.ts'

/** The field of `InferTensorContents` for a datatype; FP16 and BF16 have none. */
const CONTENTS: Readonly<Record<string, string>> = {
  BOOL: 'bool_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
}

export function hasContents(sample: SampleRequest): boolean {
  return sample.every(({ datatype }) => datatype in CONTENTS)
}

/** The sample with values in typed fields. */
export function contentsRequest(bench: TestBench, sample: SampleRequest = bench.sample): JsonObject {
  return {
    ...headOf(bench),
    inputs: sample.map((tensor) => ({ ...described(tensor), contents: contentsOf(tensor) })),
  }
}

/** The sample with values as bytes beside the inputs. */
export function rawRequest(bench: TestBench, sample: SampleRequest = bench.sample): JsonObject {
  return {
    ...headOf(bench),
    inputs: sample.map(described),
    raw_input_contents: sample.map(({ datatype, elements }) => bytesOfElements(datatype, elements)),
  }
}

/** The form that any sample can have. */
export function inferRequest(bench: TestBench): JsonObject {
  return hasContents(bench.sample) ? contentsRequest(bench) : rawRequest(bench)
}

function headOf({ subject }: TestBench): JsonObject {
  return { model_name: subject.modelName, model_version: subject.model?.version ?? '' }
}

function described({ name, datatype, shape }: SampleTensor): JsonObject {
  return { name, datatype, shape }
}

function contentsOf({ datatype, elements }: SampleTensor): JsonObject {
  const field = CONTENTS[datatype] ?? ''
  const values = datatype === 'BYTES' ? elements.map((text) => Buffer.from(String(text))) : elements
  return { [field]: values.map((value) => (typeof value === 'bigint' ? String(value) : value)) }
}

/** The outputs of a reply in either form, checked as those of REST. */
export function outputsOf(message: JsonObject): readonly ReplyTensor[] {
  const outputs = listMember(message, 'outputs')
  const raw = listMember(message, 'raw_output_contents')
  must(
    raw.length === 0 || raw.length === outputs.length,
    `raw_output_contents must be as many as outputs`,
    raw.length,
  )
  return outputs.map((output, index) => readOutput(output, raw[index]))
}

function readOutput(output: unknown, raw: unknown): ReplyTensor {
  must(isRecord(output), 'an output must be a message', output)
  const name = textMember(output, 'name')
  const datatype = textMember(output, 'datatype')
  must(datatype in ELEMENT_TYPES, `the datatype of ${name} must be one of the protocol`, datatype)
  const shape = listMember(output, 'shape').map(Number)
  const elements =
    raw instanceof Uint8Array
      ? elementsOfBytes(datatype, raw, countOf(shape))
      : elementsOfContents(name, datatype, output['contents'])
  must(
    elements.length === countOf(shape),
    `${name} of shape [${shape}] must have so many elements`,
    elements.length,
  )
  return { name, datatype, shape, elements, binary: raw instanceof Uint8Array }
}

function elementsOfContents(name: string, datatype: string, contents: unknown): readonly Element[] {
  must(isRecord(contents), `${name} must have contents, or bytes in raw_output_contents`)
  const field = CONTENTS[datatype]
  must(field !== undefined, `${name} of ${datatype} must be in raw_output_contents`)
  return listMember(contents, field).map((value) => elementOf(datatype, value))
}

/** int64 comes as text. */
function elementOf(datatype: string, value: unknown): Element {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (typeof value === 'string') return /INT64$/.test(datatype) ? exactInteger(BigInt(value)) : value
  must(typeof value === 'number' || typeof value === 'boolean', 'a value must be one of its datatype', value)
  return value
}

function exactInteger(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}
