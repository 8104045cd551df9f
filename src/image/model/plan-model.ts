import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { PreparedFile } from '../../flavors/flavor.ts'
import { flavorFor } from '../../flavors/flavor-table.ts'
import { MODEL_FOLDER, PROGRAM_FOLDER } from '../image-config-of.ts'
import type { LayerFile, LayerPlan } from '../layer-plan.ts'
import type { Platform } from '../platform.ts'
import { imageModelFiles } from './image-model-files.ts'
import type { ModelNeeds } from './model-needs.ts'

export interface ModelPlanOptions {
  readonly needs: ModelNeeds
  /** What the image runs on: what was found out about a TF.js model is kept by the kind of processor. */
  readonly platform: Platform
}

/** Where the program for images looks for what was found out about models (src/cli/compiled-folder.image.ts). */
const PREPARED_FOLDER = `${PROGRAM_FOLDER}/compiled`

/** Of weights: each read costs a turn of the event loop. */
const READ_BYTES = 256 * 1024

/** Node's names. */
const ARCHITECTURES: Readonly<Record<Platform, string>> = { 'linux/amd64': 'x64', 'linux/arm64': 'arm64' }

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
      ...(await Promise.all(files.map(({ name, path }) => modelFile(`${MODEL_FOLDER}/${name}`, path)))),
      ...prepared.map(preparedFile),
    ],
    packages: [],
  }
}

async function modelFile(place: string, path: string): Promise<LayerFile> {
  return fileAt(place, (await stat(path)).size, () => createReadStream(path, { highWaterMark: READ_BYTES }))
}

function preparedFile({ name, content }: PreparedFile): LayerFile {
  const place = `${PREPARED_FOLDER}/${name}`
  if (content instanceof Uint8Array) {
    return fileAt(place, content.byteLength, () => Readable.from([content], { objectMode: false }))
  }
  return fileAt(place, content.bytes, () => createReadStream(content.path, { highWaterMark: READ_BYTES }))
}

/** Whoever runs the container reads it, and nobody writes it. */
function fileAt(place: string, size: number, open: () => Readable): LayerFile {
  return { kind: 'file', path: place.slice(1), mode: 0o644, size, open }
}
