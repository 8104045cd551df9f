import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { TFJS_VERSION } from '../../tfjs-version.ts'
import { COMPILER_VERSION } from '../compile/compiler-version.ts'

/** Raised whenever models are proved otherwise, or verdicts are written otherwise. */
const PREPARATION_VERSION = 3

/**
 * What a verdict is kept by: the model, and all that it depends on besides.
 * @param digest of the model's artifacts.
 */
export function cacheKey(digest: string): string {
  const parts = [
    digest,
    COMPILER_VERSION,
    PREPARATION_VERSION,
    TFJS_VERSION,
    onnxruntimeVersion(),
    process.arch,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function onnxruntimeVersion(): string {
  const require = createRequire(import.meta.url)
  const { version } = require('onnxruntime-node/package.json') as { readonly version: string }
  return version
}
