import { createHash } from 'node:crypto'
import onnxruntime from 'onnxruntime-node/package.json' with { type: 'json' }
import { TFJS_VERSION } from '../../tfjs-version.ts'
import { COMPILER_VERSION } from '../compile/compiler-version.ts'

/** Raised whenever models are proved otherwise, or verdicts are written otherwise. */
const PREPARATION_VERSION = 3

/**
 * What a verdict is kept by: the model, and all that it depends on besides.
 * @param digest of the model's artifacts.
 * @param architecture of the processor that runs it.
 */
export function cacheKey(digest: string, architecture: string = process.arch): string {
  const parts = [
    digest,
    COMPILER_VERSION,
    PREPARATION_VERSION,
    TFJS_VERSION,
    onnxruntime.version,
    architecture,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
