import type { BenchRequest, Dialect, Workload } from './workload.ts'

/** @param inputName where the server knows the input by another name than the model. */
export function requestOf(workload: Workload, dialect: Dialect, inputName?: string): BenchRequest {
  return WRITERS[dialect](workload, inputName ?? workload.input.name)
}

type Writer = (workload: Workload, inputName: string) => BenchRequest

const WRITERS: Readonly<Record<Dialect, Writer>> = {
  mlflow: (workload) => json(mlflowText(workload)),
  csv: csvRequest,
  v2: (workload, name) => json(v2Text(workload, name)),
  'v2-binary': binaryRequest,
  plain: (workload) => json(`{"x":${nested(workload)}}`),
  raw: ({ input }) => ({ body: octets(input.data), headers: { 'content-type': 'application/octet-stream' } }),
}

function json(text: string): BenchRequest {
  return { body: Buffer.from(text), headers: { 'content-type': 'application/json' } }
}

function mlflowText(workload: Workload): string {
  const { columns } = workload.input
  if (columns === undefined) return `{"inputs":${nested(workload)}}`
  return `{"dataframe_split":{"columns":${JSON.stringify(columns)},"data":${nested(workload)}}}`
}

function v2Text(workload: Workload, name: string): string {
  const { datatype, shape } = workload.input
  const head = JSON.stringify({ name, shape, datatype }).slice(0, -1)
  return `{"inputs":[${head},"data":[${numbers(workload).join(',')}]}]}`
}

function binaryRequest({ input }: Workload, name: string): BenchRequest {
  const { datatype, shape, data } = input
  const parameters = { binary_data_size: data.byteLength }
  const inputs = [{ name, shape, datatype, parameters }]
  const head = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }))
  const headers = {
    'content-type': 'application/octet-stream',
    'inference-header-content-length': String(head.length),
  }
  return { body: Buffer.concat([head, octets(data)]), headers }
}

/** @throws Error where the model has no columns. */
function csvRequest(workload: Workload): BenchRequest {
  const { columns } = workload.input
  if (columns === undefined) throw new Error(`${workload.name} has no columns, as CSV needs them.`)
  const elements = numbers(workload)
  const lines = Array.from({ length: elements.length / columns.length }, (_, row) =>
    elements.slice(row * columns.length, (row + 1) * columns.length).join(','),
  )
  const body = Buffer.from([columns.map(csvField).join(','), ...lines, ''].join('\n'))
  return { body, headers: { 'content-type': 'text/csv' } }
}

/** RFC 4180, section 2. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The elements as JSON, in arrays by the shape. */
function nested(workload: Workload): string {
  const { shape } = workload.input
  return shape.reduceRight<readonly string[]>((inner, size, axis) => {
    const outer = shape.slice(0, axis).reduce((product, each) => product * each, 1)
    return Array.from({ length: outer }, (_, index) => `[${inner.slice(index * size, (index + 1) * size)}]`)
  }, numbers(workload))[0]!
}

/**
 * As a client writes them whose numbers have the type of the signature: columns are doubles, with all the digits that
 * their value has as one; elements of a float32 tensor have the fewest digits that name them among all float32.
 */
function numbers({ input }: Workload): readonly string[] {
  const isFloat32 = input.columns === undefined && input.datatype === 'FP32'
  return Array.from(input.data, isFloat32 ? float32Text : String)
}

const FLOAT32_DIGITS = 9

/** The shortest decimal that is this float32 when it is read. */
function float32Text(value: number): string {
  for (let digits = 1; digits < FLOAT32_DIGITS; digits += 1) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(FLOAT32_DIGITS)))
}

/** Little-endian, as all machines are that take part. */
function octets({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
