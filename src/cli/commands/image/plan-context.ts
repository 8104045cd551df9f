import type { Logger } from 'pino'
import { planBill } from '../../../image/bill-of-materials/plan-bill.ts'
import type { ContextPlan } from '../../../image/dockerfile/write-context.ts'
import { configOf } from '../../../image/image-config-of.ts'
import type { LayerPlan } from '../../../image/layer-plan.ts'
import { expectUnchanged } from '../../../image/model/model-stamp.ts'
import { planModel } from '../../../image/model/plan-model.ts'
import { type ImageEngine, planProgram } from '../../../image/program/plan-program.ts'
import { planEngine } from '../../../image/system/plan-engine.ts'
import { cacheFolder } from '../../cache-folder.ts'
import type { ContextSettings } from '../../dockerfile-settings.ts'
import { version } from '../../version.ts'
import { type SettledModel, settleModel } from './image-model.ts'
import { modelNote, withSettings } from './plan-image.ts'
import { warnOfSecrets } from './warn-of-secrets.ts'

/** Without a model an image serves what is mounted, by the engine that most models run on. */
const MOUNTED: ImageEngine = 'onnxruntime'

/**
 * What a Dockerfile is to copy: all of an image but Node and the libraries below it.
 * @throws ServingError of the registry, or INVALID_PARAMETER_VALUE for a model that Headrace cannot serve
 */
export async function planContext(
  settings: ContextSettings,
  logger: Logger,
  signal: AbortSignal,
): Promise<ContextPlan> {
  const { platform, base, modelUri } = settings
  warnOfSecrets(settings.env, logger)
  const model = modelUri === undefined ? undefined : await settleModel(settings, logger, signal)
  const filled = await planPrograms(model?.needs.engine ?? MOUNTED, settings, signal)
  const packages = [...filled.flatMap((layer) => layer.packages), ...(model ? [modelNote(model)] : [])]
  const { name = 'headrace', version: modelVersion } = model?.facts ?? {}
  const subject = {
    ...{ name, platform, programVersion: version() },
    ...(modelVersion !== undefined && { version: modelVersion }),
  }
  return {
    config: withSettings(configOf({ platform, version: version(), model: model?.facts }), settings),
    base,
    layers: [...filled, planBill(packages, subject), ...(await modelLayers(model, settings))],
    expectUnchanged: async () => {
      if (model !== undefined) await expectUnchanged(model.source.path, model.stamp)
    },
  }
}

async function planPrograms(
  engine: ImageEngine,
  settings: ContextSettings,
  signal: AbortSignal,
): Promise<readonly LayerPlan[]> {
  const { platform } = settings
  const program = await planProgram({ engine })
  if (engine !== 'onnxruntime') return [program]
  const { layer } = await planEngine({ platform, cacheFolder: cacheFolder(settings), signal })
  return [layer, program]
}

async function modelLayers(
  model: SettledModel | undefined,
  { platform }: ContextSettings,
): Promise<readonly LayerPlan[]> {
  return model === undefined ? [] : [await planModel({ needs: model.needs, platform })]
}
