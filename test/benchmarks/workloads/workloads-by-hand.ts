import type { Workload, WorkloadDatatype } from '../../../benchmarks/workloads/workload.ts'

export interface Asked {
  readonly datatype?: WorkloadDatatype
  readonly shape: readonly number[]
  readonly data: readonly number[]
  readonly columns?: readonly string[]
  readonly expected?: readonly number[]
}

/** A workload without a model, for what is written to servers and read of them. */
export function workloadOf(asked: Asked): Workload {
  const { datatype = 'FP32', shape, data, columns, expected = [] } = asked
  return {
    ...{ name: 'by-hand', folder: '', onnxFile: '', expected },
    input: {
      ...{ name: 'x', datatype, shape },
      data: datatype === 'FP32' ? Float32Array.from(data) : Float64Array.from(data),
      ...(columns && { columns }),
    },
    output: { name: 'scores', datatype, shape: [1, expected.length] },
  }
}
