import { setFlagsFromString } from 'node:v8'
import type { Command } from 'commander'
import { expectUnchanged } from '../../image/model/model-stamp.ts'
import { type ImageReference, referenceText } from '../../image/registry/image-reference.ts'
import { createLogger } from '../../server/logger.ts'
import { cacheFolder } from '../cache-folder.ts'
import { IMAGE_SETTINGS, type ImageSettings } from '../image-settings.ts'
import { addSettings } from '../setting.ts'
import { usageError } from '../usage-error.ts'
import { openBaseOf, tryBase } from './image/base-image.ts'
import { writeBill } from './image/bill-file.ts'
import { buildReport } from './image/build-report.ts'
import { expectRegistry, sendImage, writeImage } from './image/deliver-image.ts'
import { settleModel } from './image/image-model.ts'
import { imageName, nameOfModel, pushReference } from './image/image-name.ts'
import { expectBillFile, type ImageTarget, imageTarget } from './image/image-target.ts'
import { packImage } from './image/pack-image.ts'
import { planImage } from './image/plan-image.ts'
import { sideBySide } from './image/side-by-side.ts'
import { stopOnSignal } from './image/stop-on-signal.ts'
import { tidyCache } from './image/tidy-cache.ts'
import { tryModel } from './image/try-model.ts'
import { warnOfSecrets } from './image/warn-of-secrets.ts'

export function addBuildImageCommand(program: Command): void {
  const command = program
    .command('build-image')
    .description('Build a container image that serves a model, without Docker')
    .helpOption('--help', 'show this help')
    .action(async () => buildImage(command.opts<ImageSettings>()))
  addSettings(command, IMAGE_SETTINGS)
}

/** As in `predict`: what lives in the young generation at a time is a megabyte or two, and V8 would let it grow to 130. */
const SMALL_YOUNG_GENERATION = '--semi-space-growth-factor=1'

/** Where the image goes, all of it checked before anything is built. */
interface Targets {
  readonly target: ImageTarget | undefined
  readonly reference: ImageReference | undefined
  readonly name: string | undefined
}

async function buildImage(settings: ImageSettings): Promise<void> {
  const startedAt = performance.now()
  setFlagsFromString(SMALL_YOUNG_GENERATION)
  const logger = createLogger({ level: 'info', format: 'text' })
  const { target, reference, name } = readTargets(settings)
  warnOfSecrets(settings.env, logger)
  const signal = stopOnSignal()
  const [model, base] = await sideBySide(signal, (either) => [
    settleModel(settings, logger, either),
    openBaseOf(settings, logger, either),
    expectRegistry(reference, { settings, logger, signal: either }),
  ])
  const plan = await planImage({ model, base, settings, signal })
  if (settings.sbom !== undefined) await writeBill(settings.sbom, plan.bill, signal)
  if (target === undefined && reference === undefined) return
  const [packed] = await sideBySide(signal, (either) => [
    packImage(plan, settings, logger, either),
    tryModel(model, settings, logger, either),
    tryBase(base, { target, reference }, either),
  ])
  await expectUnchanged(model.source.path, model.stamp)
  const { image } = packed
  const delivery = {
    name: name ?? nameOfModel(model.facts.name, model.facts.version),
    settings,
    logger,
    signal,
  }
  if (target !== undefined) await writeImage(image, target, delivery)
  const pushed = reference && `${referenceText(reference)}@${await sendImage(image, reference, delivery)}`
  await tidyCache(cacheFolder(settings), logger)
  const seconds = (performance.now() - startedAt) / 1000
  const { platform } = settings
  process.stderr.write(buildReport({ packed, platform, name: delivery.name, target, pushed, seconds }))
  // The image itself may be on standard output.
  const output = target?.kind === 'stream' ? process.stderr : process.stdout
  output.write(`${image.manifest.digest}\n`)
}

function readTargets({ output, push, name, sbom }: ImageSettings): Targets {
  if (output === undefined && push === undefined && sbom === undefined) {
    throw usageError('Say where the image goes: --output (-o) FILE, or --push REFERENCE')
  }
  const reference = push === undefined ? undefined : pushReference(push)
  const target = output === undefined ? undefined : imageTarget(output, process.stdout)
  if (sbom !== undefined) expectBillFile(sbom, target)
  return {
    target,
    reference,
    name: name === undefined ? reference && referenceText(reference) : imageName(name),
  }
}
