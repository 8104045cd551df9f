import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ROOT } from '../../e2e/support/headrace-process.ts'

const executeFile = promisify(execFile)

export interface Conversion {
  /** Folder of a layers model. */
  readonly from: string
  /** Folder that the graph model is written to. */
  readonly to: string
  /** What weights are stored as; float32 unless set. */
  readonly quantization?: 'uint8' | 'uint16' | 'float16'
}

/** The interpreter with `models/tfjs/requirements.txt`. */
function converterPython(): string {
  const path = process.env['HEADRACE_TFJS_PYTHON']
  if (path === undefined) {
    throw new Error('HEADRACE_TFJS_PYTHON must name a Python with models/tfjs/requirements.txt installed')
  }
  return path
}

/** Makes a graph model of a layers model with TF.js's official converter. */
export async function convertModel({ from, to, quantization }: Conversion): Promise<void> {
  // What the converter calls outputs by itself is tried with those that are quantised.
  const options = quantization === undefined ? [] : ['--quantization', quantization, '--flat-names']
  await executeFile(converterPython(), [`${ROOT}models/tfjs/to_graph_model.py`, ...options, from, to], {
    maxBuffer: 64 * 1024 * 1024,
  })
}
