import type { Logger } from 'pino'
import type { ServeSettings } from '../config.ts'
import { version } from '../version.ts'
import { type Machine, thisMachine } from './machine.ts'
import { modelDigest } from './model-digest.ts'
import { readTunedFile, type TunedFile, type TunedSetting, tunedSettings } from './tuned-file.ts'

/**
 * The settings with what the file of `--tuned` says where nobody else says anything.
 * @param isSet whether a flag or a variable gives the setting of this key.
 * @throws ServingError INVALID_PARAMETER_VALUE for a file that cannot be read
 */
export async function withTuned(
  settings: ServeSettings,
  isSet: (key: string) => boolean,
): Promise<ServeSettings> {
  if (settings.tuned === undefined) return settings
  const found = tunedSettings(await readTunedFile(settings.tuned))
  // Several processes divide the cores already.
  const unset = found.filter(({ key }) => !isSet(key) && !(key === 'listeners' && settings.processes > 1))
  return { ...settings, ...Object.fromEntries(unset.map(({ key, value }) => [key, value])) }
}

/** Tells in the log what of the file holds, and what something else than the file has set. */
export async function tellOfTuning(file: string, settings: ServeSettings, logger: Logger): Promise<void> {
  const found = tunedSettings(await readTunedFile(file))
  const held: Readonly<Record<string, unknown>> = { ...settings }
  const { taken = [], other = [] } = Object.groupBy(found, ({ key, value }) =>
    held[key] === value ? 'taken' : 'other',
  )
  const words = taken.length === 0 ? 'the defaults' : textOf(taken)
  const rest = other.length === 0 ? '' : `; set otherwise, and not taken from it: ${textOf(other)}`
  logger.info({ tuned: file }, `Settings of ${file}: ${words}${rest}`)
  if (settings.processes > 1) {
    logger.warn(
      { tuned: file },
      `The settings of ${file} were found for one process, not ${settings.processes}: each of them has these for itself`,
    )
  }
}

function textOf(settings: readonly TunedSetting[]): string {
  return settings.map(({ text }) => text).join(' ')
}

/** Tells in the log for what the settings were found, where that is not what is served here. */
export async function warnOfOtherTuning(
  file: string,
  models: readonly { readonly source: { readonly path: string; readonly canonicalUri: string } }[],
  logger: Logger,
): Promise<void> {
  const tuned = await readTunedFile(file)
  const others = otherThan(tuned.machine, thisMachine())
  if (others.length > 0) {
    logger.warn(
      { tuned: file },
      `The settings of ${file} were found on another machine: ${others.join(', ')}`,
    )
  }
  if (tuned.versions.headrace !== version()) {
    logger.warn(
      { tuned: file },
      `The settings of ${file} were found with Headrace ${tuned.versions.headrace}`,
    )
  }
  if (!(await isAnyOf(models, tuned))) {
    logger.warn({ tuned: file }, `The settings of ${file} were found for another model: ${tuned.model.uri}`)
  }
}

function otherThan(then: Machine, now: Machine): readonly string[] {
  return [
    ...(then.processor === now.processor ? [] : [`${then.processor}, not ${now.processor}`]),
    ...(then.cores === now.cores ? [] : [`${then.cores} cores, not ${now.cores}`]),
  ]
}

async function isAnyOf(
  models: readonly { readonly source: { readonly path: string } }[],
  { model }: TunedFile,
): Promise<boolean> {
  const digests = await Promise.all(models.map(({ source }) => modelDigest(source.path)))
  return digests.includes(model.digest)
}
