import { createRequire } from 'node:module'

/** Whether the optional package @tensorflow/tfjs-node is there. It is not loaded. */
export function isTfjsNodeInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-node')
    return true
  } catch {
    return false
  }
}
