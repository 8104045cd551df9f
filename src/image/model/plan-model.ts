import type { PreparedFile } from '../../flavors/flavor.ts'
import { flavorFor } from '../../flavors/flavor-table.ts'
import { bytesEntry, fileEntry } from '../file-entries.ts'
import { MODEL_FOLDER, PROGRAM_FOLDER } from '../image-config-of.ts'
import type { LayerFile, LayerPlan } from '../layer-plan.ts'
import type { Platform } from '../platform.ts'
import { ARCHITECTURES } from '../system/host.ts'
import { imageModelFiles } from './image-model-files.ts'
import type { ModelNeeds } from './model-needs.ts'

export interface ModelPlanOptions {
  readonly needs: ModelNeeds
  /** What the image runs on: what was found out about a TF.js model is kept by the kind of processor. */
  readonly platform: Platform
}

/** Where the program for images looks for what was found out about models (src/cli/compiled-folder.image.ts). */
const PREPARED_FOLDER = `${PROGRAM_FOLDER}/compiled`

/**
 * The layer with a model: its files, and what was found out about it when the image was built, of which a compiled TF.js model is
 * one file. Weights are neither read nor held here.
 * @throws ServingError INVALID_PARAMETER_VALUE where a link leads out of the model's folder
 */
export async function planModel({ needs, platform }: ModelPlanOptions): Promise<LayerPlan> {
  const { model } = needs
  const flavor = await flavorFor(model)
  const files = await imageModelFiles(needs)
  const prepared = (await flavor.preparedFiles?.(model, ARCHITECTURES[platform])) ?? []
  return {
    title: 'model',
    compression: 'none',
    entries: [
      ...(await Promise.all(files.map(({ name, path }) => fileEntry(`${MODEL_FOLDER}/${name}`, path)))),
      ...(await Promise.all(prepared.map(preparedEntry))),
    ],
    packages: [],
  }
}

async function preparedEntry({ name, content }: PreparedFile): Promise<LayerFile> {
  const place = `${PREPARED_FOLDER}/${name}`
  return content instanceof Uint8Array ? bytesEntry(place, content) : await fileEntry(place, content.path)
}
