import { readFile } from 'node:fs/promises'
import { invalidModel } from '../../../core/errors.ts'
import type { OnnxExport, PreparedModel } from '../../flavor.ts'
import { compileAgain } from './compile-again.ts'
import { planOf } from './tfjs-plan.ts'

/** @throws ServingError INVALID_PARAMETER_VALUE where the model was not compiled */
export async function exportOnnx({ directory, engine, plan }: PreparedModel): Promise<OnnxExport> {
  const tfjsPlan = planOf(plan)
  const { compiled } = tfjsPlan
  if (compiled === undefined) {
    throw invalidModel(`The model is not compiled to ONNX: ${engine.reason ?? `${engine.name} was chosen`}.`)
  }
  const { copy, nodes, proof } = compiled
  const bytes =
    'shared' in copy
      ? new Uint8Array(copy.shared)
      : await readFile(copy.path).catch(() => compileAgain(directory, tfjsPlan))
  return { bytes, nodes, proof }
}
