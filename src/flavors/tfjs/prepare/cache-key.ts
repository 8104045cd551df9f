import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { COMPILER_VERSION } from '../compile/compile.ts'

/** Raised whenever models are proved otherwise, or verdicts are written otherwise. */
const PREPARATION_VERSION = 1

const PACKAGES = ['@tensorflow/tfjs-core', 'onnxruntime-node']

/**
 * What a verdict is kept by: the model, and all that it depends on besides.
 * @param digest of the model's artifacts.
 */
export function cacheKey(digest: string): string {
  const versions = PACKAGES.map(versionOf)
  const parts = [digest, COMPILER_VERSION, PREPARATION_VERSION, ...versions, process.arch]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function versionOf(name: string): string {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { readonly version: string }
    return version
  } catch {
    return 'absent'
  }
}
