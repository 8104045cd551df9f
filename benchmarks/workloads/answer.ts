import { isRecord } from '../../src/core/record.ts'
import type { Dialect, Workload, WorkloadDatatype } from './workload.ts'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

/** Relative, since kernels differ by engine version, batch and processor; of a number below the floor, relative to that. */
const TOLERANCE = 5e-3
const FLOOR = 1e-3

/** @returns why a reply is not what the model says, in words for the report; undefined where it is. */
export function wrongAnswer(workload: Workload, dialect: Dialect, reply: Reply): string | undefined {
  if (reply.status !== 200) return `HTTP ${reply.status}: ${excerpt(reply.body)}`
  try {
    return differs(READERS[dialect](reply, workload), workload.expected)
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

function differs(got: readonly number[], wanted: readonly number[]): string | undefined {
  if (got.length !== wanted.length) return `${got.length} numbers instead of ${wanted.length}`
  const index = wanted.findIndex((want, at) => !isClose(got[at] ?? Number.NaN, want))
  return index < 0 ? undefined : `number ${index} is ${got[index]} instead of ${wanted[index]}`
}

function isClose(got: number, want: number): boolean {
  return Math.abs(got - want) <= TOLERANCE * Math.max(FLOOR, Math.abs(want))
}

/** Numbers of a reply, row by row. Throws an Error that says what is wrong with its form. */
type Reader = (reply: Reply, workload: Workload) => readonly number[]

const READERS: Readonly<Record<Dialect, Reader>> = {
  mlflow: ({ body }) => numbersOf(member(parsed(body), 'predictions')),
  csv: ({ body }) => numbersOf(member(parsed(body), 'predictions')),
  v2: ({ body }) => numbersOf(member(onlyOutput(parsed(body)), 'data')),
  'v2-binary': ({ headers, body }) => binaryOutput(headers, body),
  plain: ({ body }) => numbersOf(parsed(body)),
  raw: ({ body }, { output }) => elements(body, output.datatype),
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Error(`no JSON: ${excerpt(body)}`)
  }
}

function member(value: unknown, name: string): unknown {
  if (!isRecord(value) || !Object.hasOwn(value, name)) throw new Error(`no '${name}': ${shown(value)}`)
  return value[name]
}

function onlyOutput(value: unknown): unknown {
  const outputs = member(value, 'outputs')
  if (!Array.isArray(outputs) || outputs.length !== 1) throw new Error(`not one output: ${shown(outputs)}`)
  return outputs[0]
}

/** The numbers in arrays and objects of any depth, in their order. */
function numbersOf(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value]
  if (Array.isArray(value)) return value.flatMap(numbersOf)
  if (isRecord(value)) return Object.values(value).flatMap(numbersOf)
  throw new Error(`no number: ${shown(value)}`)
}

/** By the binary tensor data extension. */
function binaryOutput(headers: Headers, body: Buffer): readonly number[] {
  const length = headers.get('inference-header-content-length')
  if (length === null) throw new Error(`not binary: ${excerpt(body)}`)
  const headBytes = Number(length)
  if (!(headBytes > 0 && headBytes <= body.length))
    throw new Error(`a head of ${length} of ${body.length} bytes`)
  const output = onlyOutput(parsed(body.subarray(0, headBytes)))
  const octets = body.subarray(headBytes)
  const size = member(member(output, 'parameters'), 'binary_data_size')
  if (size !== octets.length)
    throw new Error(`${octets.length} bytes of tensors, announced as ${shown(size)}`)
  const datatype = member(output, 'datatype')
  if (datatype !== 'FP32' && datatype !== 'FP64') throw new Error(`datatype ${shown(datatype)}`)
  return elements(octets, datatype)
}

function elements(octets: Buffer, datatype: WorkloadDatatype): readonly number[] {
  const size = ELEMENT_BYTES[datatype]
  if (octets.length % size !== 0) throw new Error(`${octets.length} bytes are no ${datatype}`)
  return Array.from({ length: octets.length / size }, (_, index) =>
    datatype === 'FP32' ? octets.readFloatLE(index * size) : octets.readDoubleLE(index * size),
  )
}

const ELEMENT_BYTES: Readonly<Record<WorkloadDatatype, number>> = { FP32: 4, FP64: 8 }

const EXCERPT_LENGTH = 300

function excerpt(body: Buffer): string {
  return body.toString('utf8', 0, EXCERPT_LENGTH)
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, EXCERPT_LENGTH)
}
