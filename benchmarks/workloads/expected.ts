import { disableTelemetry } from '../../src/flavors/onnx/engine.ts'
import type { Workload } from './workload.ts'

/** What onnxruntime answers when nothing is around it. @throws Error where that is not what the workload says. */
export async function expectedOf(workload: Omit<Workload, 'expected'>): Promise<readonly number[]> {
  const { onnxFile, input, output } = workload
  disableTelemetry()
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const session = await InferenceSession.create(onnxFile, { intraOpNumThreads: 1, logSeverityLevel: 4 })
  try {
    const tensor = new Tensor(ENGINE_TYPES[input.datatype], input.data, [...input.shape])
    const answer = (await session.run({ [input.name]: tensor }))[output.name]
    if (answer?.type !== ENGINE_TYPES[output.datatype] || String(answer.dims) !== String(output.shape)) {
      throw new Error(`${onnxFile} gives ${answer?.type} [${answer?.dims}] as '${output.name}'.`)
    }
    return Array.from(answer.data, Number)
  } finally {
    await session.release()
  }
}

const ENGINE_TYPES = { FP32: 'float32', FP64: 'float64' } as const
