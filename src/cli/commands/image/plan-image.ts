import { type BillSubject, billOfMaterials } from '../../../image/bill-of-materials/cyclonedx.ts'
import { planBill } from '../../../image/bill-of-materials/plan-bill.ts'
import type { BaseImage, ImageConfig } from '../../../image/image.ts'
import { configOf } from '../../../image/image-config-of.ts'
import type { LayerPlan, PackageNote } from '../../../image/layer-plan.ts'
import { planModel } from '../../../image/model/plan-model.ts'
import { planProgram } from '../../../image/program/plan-program.ts'
import { planSystem } from '../../../image/system/plan-system.ts'
import { cacheFolder } from '../../cache-folder.ts'
import type { ImageSettings } from '../../image-settings.ts'
import { version } from '../../version.ts'
import type { SettledModel } from './image-model.ts'
import { sideBySide } from './side-by-side.ts'

/** All that an image will be, before a byte of it is packed. */
export interface ImagePlan {
  readonly config: ImageConfig
  /** The lowest first: what changes least, and what most images share. */
  readonly layers: readonly LayerPlan[]
  readonly base?: BaseImage | undefined
  /** The bill of materials, which is also one of the layers: CycloneDX as JSON. */
  readonly bill: string
}

export interface PlanRequest {
  readonly model: SettledModel
  readonly base: BaseImage | undefined
  readonly settings: PlanSettings
  readonly signal: AbortSignal
}

type PlanSettings = Pick<
  ImageSettings,
  'platform' | 'env' | 'label' | 'tfjsEngine' | 'flavor' | 'cacheDir' | 'xdgCacheHome'
>

/** @throws ServingError INVALID_PARAMETER_VALUE where the platform needs a base */
export async function planImage({ model, base, settings, signal }: PlanRequest): Promise<ImagePlan> {
  const { needs, facts } = model
  const { platform } = settings
  const { engine } = needs
  const [lower, program, top] = await sideBySide(signal, (either) => [
    planSystem({
      platform,
      engine,
      hasBase: base !== undefined,
      cacheFolder: cacheFolder(settings),
      signal: either,
    }),
    planProgram({ engine }),
    planModel({ needs, platform }),
  ])
  const filled = [...lower, program]
  const packages = [...baseNotes(base), ...filled.flatMap((layer) => layer.packages), modelNote(model)]
  const subject: BillSubject = {
    name: facts.name,
    ...(facts.version !== undefined && { version: facts.version }),
    platform,
    programVersion: version(),
  }
  const config = withSettings(configOf({ platform, version: version(), model: facts }), settings)
  return {
    config,
    layers: [...filled, planBill(packages, subject), top],
    base,
    bill: billOfMaterials(packages, subject),
  }
}

/** What the user has set goes before what an image has by itself; the engine is as it was when the model was tried. */
export function withSettings(
  config: ImageConfig,
  { env, label, tfjsEngine, flavor }: Pick<ImageSettings, 'env' | 'label' | 'tfjsEngine' | 'flavor'>,
): ImageConfig {
  const chosen = {
    ...(tfjsEngine === 'auto' ? {} : { HEADRACE_TFJS_ENGINE: tfjsEngine }),
    ...(flavor === undefined ? {} : { MLFLOW_DEPLOYMENT_FLAVOR_NAME: flavor }),
  }
  return {
    ...config,
    environment: { ...config.environment, ...chosen, ...env },
    labels: { ...config.labels, ...label },
  }
}

/** https://github.com/package-url/purl-spec, types/mlflow and types/oci. */
export function modelNote({ facts }: SettledModel): PackageNote {
  const { name, version = facts.digest } = facts
  const purl = `pkg:mlflow/${encodeURIComponent(name)}@${encodeURIComponent(version)}`
  return { kind: 'model', name, version, purl, sha256: facts.digest.replace(/^sha256:/, '') }
}

function baseNotes(base: BaseImage | undefined): readonly PackageNote[] {
  if (base === undefined) return []
  const { reference: name = 'base', digest } = base
  const last = name.split('/').at(-1)?.split(/[:@]/)[0] ?? name
  const purl = `pkg:oci/${encodeURIComponent(last)}@${encodeURIComponent(digest)}`
  return [{ kind: 'container', name, version: digest, purl }]
}
