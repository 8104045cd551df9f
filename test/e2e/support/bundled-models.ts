import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './headrace-process.ts'

/** A folder of `models/`. */
export interface BundledModel {
  readonly name: string
  readonly version: string
  readonly folder: string
  /** Relative difference between answers of one engine and another. */
  readonly tolerance: number
}

/** Those that MLflow loads too, in the order in which they are registered, so that folders and versions agree. */
export const BUNDLED_MODELS: readonly BundledModel[] = globSync('*/*/MLmodel', { cwd: join(ROOT, 'models') })
  .filter((path) => readFileSync(join(ROOT, 'models', path), 'utf8').includes('python_function:'))
  .sort()
  .map((path) => {
    const [name = '', version = ''] = path.split('/')
    const folder = join(ROOT, 'models', name, version)
    // Kernels of float16 differ by processor in the last of its eleven bits.
    return { name, version, folder, tolerance: name === 'half' ? 2e-3 : 1e-5 }
  })

/** A line of a model's `golden.jsonl`. */
export interface GoldenLine {
  readonly content_type: string
  readonly body: string
  readonly resp: string
}

export function goldenLines({ folder }: BundledModel): readonly GoldenLine[] {
  const text = readFileSync(join(folder, 'golden.jsonl'), 'utf8').trim()
  return text.split('\n').map((line) => JSON.parse(line) as GoldenLine)
}
