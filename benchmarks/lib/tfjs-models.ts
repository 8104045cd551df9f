import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './peers.ts'
import { pythonPath } from './python.ts'

/** Networks with seeded weights in a folder: `NAME/model.json` as TF.js saves them. */
export function makeTfjsModels(folder: string, names: readonly string[]): void {
  const script = join(ROOT, 'benchmarks/models/make-tfjs-models.ts')
  execFileSync(process.execPath, [script, folder, ...names], { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** The same beside them, `NAME.onnx`, as an exporter writes them natively. */
export function exportNatively(folder: string, names: readonly string[]): void {
  const script = join(ROOT, 'benchmarks/models/tfjs_native.py')
  const pairs = names.flatMap((name) => [join(folder, name), join(folder, `${name}.onnx`)])
  execFileSync(pythonPath(), [script, ...pairs], { stdio: ['ignore', 'ignore', 'inherit'] })
}
