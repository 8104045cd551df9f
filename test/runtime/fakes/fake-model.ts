import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'
import type { PreparedModel } from '../../../src/flavors/flavor.ts'
import type { WorkerModel } from '../../../src/runtime/pool/worker-messages.ts'
import type { FakeConfig } from './flavor-table.ts'

/** Where workers find the fake flavors. */
export const FAKE_FLAVORS = new URL('./flavor-table.ts', import.meta.url).href

export function fakeModel(config: FakeConfig = {}): PreparedModel {
  return {
    directory: '/nowhere',
    flavor: 'fake',
    flavorConfig: { ...config },
    signature: undefined,
    runId: undefined,
    modelId: undefined,
    mlflowVersion: undefined,
    servingInputPath: undefined,
    inputExamplePath: undefined,
    traits: { unboundedRun: config.unboundedRun ?? false, weightBytes: config.weightBytes ?? 0 },
    engine: { name: 'onnxruntime' },
  }
}

/** The doubling model, as a pool's threads are told to open it. */
export function fakeWorkerModel(config: FakeConfig = {}): WorkerModel {
  return { mlmodel: fakeModel(config), intraOpThreads: 1, flavorTable: FAKE_FLAVORS }
}

/** The input `x` of the doubling model. */
export function column(...values: number[]): TensorMap {
  return columnOf(Float64Array.from(values))
}

export function columnOf(data: Float64Array): TensorMap {
  return new Map<string, Tensor>([['x', { datatype: 'FP64', shape: [data.length], data }]])
}

/** The values of the doubling model's answer. */
export function doubled(outputs: TensorMap): number[] {
  return [...(outputs.get('y')!.data as Float64Array)]
}
