import { basename, dirname, resolve } from 'node:path'
import { parseModelUri } from './model-uri.ts'

/** Of the registered model that a URI asks for; undefined where it asks for none. @throws ServingError as `parseModelUri`. */
export function registeredName(uri: string): string | undefined {
  const parsed = parseModelUri(uri)
  return 'name' in parsed ? parsed.name : undefined
}

/** Under which a model is served where no other name is given; undefined where only resolving the URI tells. */
export function nameOfModelUri(uri: string): string | undefined {
  const parsed = parseModelUri(uri)
  if (parsed.kind === 'path') return nameOfPath(resolve(parsed.path))
  return 'name' in parsed ? parsed.name : undefined
}

/** A TF.js model is called by its folder: its file is model.json, as any other's. @param path absolute */
export function nameOfPath(path: string): string {
  return basename(path) === 'model.json' ? basename(dirname(path)) : basename(path)
}
