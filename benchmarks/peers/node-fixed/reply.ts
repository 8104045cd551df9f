import type { Dialect, Workload } from '../../workloads/workload.ts'

interface Reply {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** The right answer to a workload, as a server of this dialect sends it. */
export function rightReply(workload: Workload, dialect: Dialect): Reply {
  return dialect === 'v2-binary' ? binary(workload) : predictions(workload)
}

function predictions({ output, expected }: Workload): Reply {
  const text = JSON.stringify({ predictions: nested(expected, output.shape) })
  return { body: Buffer.from(text), headers: { 'Content-Type': 'application/json' } }
}

function nested(values: readonly number[], [, ...row]: readonly number[]): unknown[] {
  if (row.length === 0) return [...values]
  const size = row.reduce((product, length) => product * length, 1)
  return Array.from({ length: values.length / size }, (_, index) =>
    nested(values.slice(index * size, (index + 1) * size), row),
  )
}

function binary({ name, output, expected }: Workload): Reply {
  const elements = output.datatype === 'FP64' ? Float64Array.from(expected) : Float32Array.from(expected)
  const parameters = { binary_data_size: elements.byteLength }
  const head = Buffer.from(JSON.stringify({ model_name: name, outputs: [{ ...output, parameters }] }))
  return {
    body: Buffer.concat([head, Buffer.from(elements.buffer)]),
    headers: {
      'Content-Type': 'application/octet-stream',
      'Inference-Header-Content-Length': String(head.length),
    },
  }
}
