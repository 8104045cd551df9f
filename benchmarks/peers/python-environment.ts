import { fileURLToPath } from 'node:url'
import type { Workload } from '../workloads/workload.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))

/**
 * What a peer's program in Python finds around it: the model for `onnx_session.py`, and its own folder to import from.
 * Servers get their parallelism from workers, so numeric libraries start no threads of their own.
 */
export function pythonEnvironment(
  peer: string,
  { onnxFile }: Pick<Workload, 'onnxFile'>,
): Readonly<Record<string, string>> {
  return {
    MODEL_PATH: onnxFile,
    PYTHONPATH: `${HERE}:${HERE}${peer}`,
    PYTHONUNBUFFERED: '1',
    OMP_NUM_THREADS: '1',
    ORT_DISABLE_TELEMETRY: '1',
    DO_NOT_TRACK: '1',
  }
}
