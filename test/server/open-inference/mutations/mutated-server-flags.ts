import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../../e2e/support/headrace-process.ts'
import { datatypeModelFlags } from '../../../e2e/support/open-inference-server.ts'

const MODELS = ['fp32', 'int64', 'bytes', 'add-sub', 'fixed']

/** Serves the models that mutated requests are for, batched where they can be, on ports of the system's choice. */
export function mutatedServerFlags(folder: string): string[] {
  const iris = join(folder, 'iris')
  symlinkSync(join(ROOT, 'models/iris/2'), iris)
  return [...datatypeModelFlags(folder, MODELS), '-m', iris, '--workers', '1', '--batching', 'on']
}
