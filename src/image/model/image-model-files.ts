import { basename, join } from 'node:path'
import { digestOfFiles, listModelFiles, type ModelFile } from '../../artifacts/model-files.ts'
import type { PreparedModel } from '../../flavors/flavor.ts'
import { flavorFor } from '../../flavors/flavor-table.ts'
import type { ModelNeeds } from './model-needs.ts'

/** What tools leave in folders, and no model needs. */
const LEFTOVERS: ReadonlySet<string> = new Set([
  ...['.git', '.cache', '.ipynb_checkpoints', '__pycache__', '.DS_Store'],
])

/** What a bare TF.js model has to be called to be found in its folder. */
const MODEL_JSON = 'model.json'

/**
 * The files of a model as they are to lie in an image, in the order of their names. Of a folder all files, but what tools have left
 * there; of a bare file those that it needs. Links are what they lead to.
 * @throws ServingError INVALID_PARAMETER_VALUE where a link leads out of the folder
 */
export async function imageModelFiles({ model, isBareFile }: ModelNeeds): Promise<readonly ModelFile[]> {
  return isBareFile ? await bareFiles(model) : await filesOfFolder(model.directory)
}

/** Of a model's folder what goes into its image. */
export async function filesOfFolder(directory: string): Promise<readonly ModelFile[]> {
  const files = await listModelFiles(directory)
  return files.filter(({ name }) => !name.split('/').some((part) => LEFTOVERS.has(part)))
}

async function bareFiles(model: PreparedModel): Promise<readonly ModelFile[]> {
  const names = await (await flavorFor(model)).dataFiles(model)
  const files = names.map((name, index) => ({
    name: index === 0 ? bareFileName(name) : name,
    path: join(model.directory, name),
  }))
  return files.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What a bare model's own file is called in its image. */
export function bareFileName(path: string): string {
  return path.endsWith('.onnx') ? basename(path) : MODEL_JSON
}

/** `sha256:…` of those files, equal for equal models: of a folder what a registry knows it by. */
export async function imageModelDigest(needs: ModelNeeds): Promise<string> {
  return await digestOfFiles(await imageModelFiles(needs))
}
