import { posix } from 'node:path'
import { isRecord } from '../core/record.ts'

/**
 * Paths of the files that hold a TF.js model's weights, beside its model.json. None where that is no such file, which is
 * said where it is read.
 * @param path of the model.json.
 */
export function tfjsShards(text: string, path: string): readonly string[] {
  const manifest = parseManifest(text)
  return manifest
    .flatMap((group) => (isRecord(group) && Array.isArray(group['paths']) ? group['paths'] : []))
    .filter((name) => typeof name === 'string')
    .map((name) => (posix.dirname(path) === '.' ? name : `${posix.dirname(path)}/${name}`))
}

function parseManifest(text: string): readonly unknown[] {
  try {
    const model: unknown = JSON.parse(text)
    return isRecord(model) && Array.isArray(model['weightsManifest']) ? model['weightsManifest'] : []
  } catch {
    return []
  }
}
