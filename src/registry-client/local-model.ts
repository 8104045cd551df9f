import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { notFound } from '../core/errors.ts'
import type { ResolvedModel } from '../core/resolved-model.ts'
import { nameOfPath } from './model-uri-name.ts'

/**
 * A model that is served from where it lies on this machine.
 * @param folder what a relative path is relative to.
 * @throws ServingError RESOURCE_DOES_NOT_EXIST
 */
export function localModel(uri: string, given: string, folder: string): ResolvedModel {
  const path = resolve(folder, given)
  if (!existsSync(path)) throw notFound(`There is no model at ${path}`, { path })
  return {
    ...{ uri, canonicalUri: path, name: nameOfPath(path), version: undefined, alias: undefined, path },
    origin: { kind: 'local', location: path, registry: undefined },
  }
}
