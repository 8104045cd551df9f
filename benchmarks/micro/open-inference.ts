/**
 * What does a request of the Open Inference Protocol cost to read, and its reply to write? For 4 numbers and for an image of
 * 3x224x224 in FP32, as JSON (beside a bare JSON.parse of the same body) and as binary data. Target for the image: binary
 * data in a hundredth of the time of JSON.
 */
import type { Tensor } from '../../src/core/tensor.ts'
import { compileOpenInferenceCodec } from '../../src/protocols/open-inference/compile-open-inference-codec.ts'
import { machine, median } from '../lib/report.ts'

const ROUNDS = 7

interface Form {
  readonly body: Buffer
  readonly headerLength: number | undefined
}

const SIZES = [
  { name: '4 numbers', shape: [1, 4], calls: 100_000 },
  { name: '3x224x224', shape: [1, 3, 224, 224], calls: 20 },
] as const

function tensorOf(shape: readonly number[]): Tensor & { readonly datatype: 'FP32' } {
  const count = shape.reduce((product, dim) => product * dim, 1)
  return { datatype: 'FP32', shape, data: Float32Array.from({ length: count }, (_, i) => Math.sin(i)) }
}

function jsonForm({ datatype, shape, data }: Tensor & { readonly datatype: 'FP32' }): Form {
  const inputs = [{ name: 'x', datatype, shape, data: Array.from(data) }]
  return { body: Buffer.from(JSON.stringify({ inputs })), headerLength: undefined }
}

/** As HTTP delivers it: nobody aligns the tensor. */
function binaryForm({ datatype, shape, data }: Tensor & { readonly datatype: 'FP32' }): Form {
  const inputs = [{ name: 'x', datatype, shape, parameters: { binary_data_size: data.byteLength } }]
  const header = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }))
  return { body: Buffer.concat([header, Buffer.from(data.buffer)]), headerLength: header.length }
}

/** Median microseconds of one call, as the CPU spends them: others on the machine make it wait, but not work. */
function cost(calls: number, call: () => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = process.threadCpuUsage()
    for (let i = 0; i < calls; i++) call()
    const { user, system } = process.threadCpuUsage(start)
    return (user + system) / calls
  })
  return median(rounds)
}

console.log(machine())
const table = []
for (const { name, shape, calls } of SIZES) {
  const tensor = tensorOf(shape)
  const port = { name: 'x', datatype: 'FP32', shape: [-1, ...shape.slice(1)] } as const
  const codec = compileOpenInferenceCodec({
    ...{ name: 'm', version: '1', signature: undefined, inputs: [port], outputs: [port], batchable: true },
  })
  const outputs = new Map([['x', tensor]])
  const json = jsonForm(tensor)
  const parse = cost(calls, () => JSON.parse(json.body.toString()))
  for (const [form, { body, headerLength }] of Object.entries({ json, binary: binaryForm(tensor) })) {
    const decoded = codec.decode(body, headerLength)
    table.push({
      ...{ request: name, form, bytes: body.length },
      decodeMicroseconds: cost(calls, () => codec.decode(body, headerLength)).toFixed(2),
      bareParseMicroseconds: form === 'json' ? parse.toFixed(2) : '',
      encodeMicroseconds: cost(calls, () => codec.encode(outputs, decoded.form)).toFixed(2),
    })
  }
}
console.table(table)
