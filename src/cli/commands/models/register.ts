import type { Tag } from '../../../entities/tag.ts'
import { print, printJson } from '../../output.ts'
import { prepareOptions } from '../../prepare-options.ts'
import { usageError } from '../../usage-error.ts'
import { modelToRegister } from './bare-model.ts'
import type { RegisterOptions } from './options.ts'
import { logger, withWriter } from './registry.ts'

export async function register(path: string, options: RegisterOptions): Promise<void> {
  const { name, alias, description, ifAbsent } = options
  const tags = options.tag.map(parseTag)
  const { version, created } = await withWriter(options, async (writer) => {
    const model = await modelToRegister(path, options.signature, prepareOptions(options, logger))
    return await writer.register({ ...model, name, alias, description, tags, ifAbsent })
  })
  if (options.json) {
    printJson({ ...version, created })
    return
  }
  const aliases = version.aliases.length === 0 ? '' : ` (${version.aliases.join(', ')})`
  print(
    created
      ? `Registered ${path} as version ${version.version} of model '${name}'${aliases}.`
      : `Nothing to do: version ${version.version} of model '${name}'${aliases} was made from equal files.`,
  )
}

function parseTag(text: string): Tag {
  const cut = text.indexOf('=')
  if (cut < 1) throw usageError(`--tag: '${text}' is not of the form key=value`)
  return { key: text.slice(0, cut), value: text.slice(cut + 1) }
}
