import { print, printJson } from '../../output.ts'
import { usageError } from '../../usage-error.ts'
import type { AliasOptions, ModelsOptions } from './options.ts'
import { withWriter } from './registry.ts'

export interface AliasChange {
  readonly name: string
  readonly alias: string
  readonly version: string | undefined
}

export async function changeAlias(
  { name, alias, version }: AliasChange,
  options: AliasOptions,
): Promise<void> {
  if (options.delete === (version !== undefined)) {
    throw usageError('Give either the version that the alias is to mean, or --delete')
  }
  await withWriter(options, (writer) =>
    version === undefined ? writer.deleteAlias(name, alias) : writer.setAlias(name, alias, version),
  )
  if (options.json) printJson({ name, alias, version: version ?? null })
  else if (version === undefined) print(`Model '${name}' has no alias '${alias}' now.`)
  else print(`models:/${name}@${alias} is version ${version} now.`)
}

export async function deleteModel(which: string, options: ModelsOptions): Promise<void> {
  const [name = '', version, ...rest] = which.replace(/^models:\/+/, '').split('/')
  if (rest.length > 0) throw usageError(`'${which}' is neither a model's name nor name/version`)
  await withWriter(options, (writer) =>
    version === undefined ? writer.deleteModel(name) : writer.deleteVersion(name, version),
  )
  if (options.json) printJson({ name, version: version ?? null, deleted: true })
  else if (version === undefined) print(`Deleted model '${name}' with all its versions.`)
  else print(`Deleted version ${version} of model '${name}'.`)
}
