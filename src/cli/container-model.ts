import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { hideUserInfo } from '../client/server-url.ts'
import { invalidParameter } from '../core/errors.ts'
import { isPathSegment } from '../core/path-segment.ts'
import type { ContainerSettings } from './container-settings.ts'
import { planOf } from './model-settings.ts'

/** A folder in which a platform says that the model is. */
interface MountedFolder {
  readonly variable: string
  readonly folder: string
}

/** Azure mounts a registered model as `azureml-models/NAME/VERSION`. */
const AZURE_FOLDER = /\/azureml-models\/([^/]+)\/[^/]+\/*$/
const MODEL_FILE = /^MLmodel$|^model\.json$|\.onnx$/
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i

/**
 * The models that a container serves: what a platform has mounted comes before what the image was built with. The mounted
 * one has the image's name for its model, where there is one.
 * @param modelUri of the image: what HEADRACE_MODEL_URI says.
 * @throws ServingError INVALID_PARAMETER_VALUE where neither is there
 */
export async function containerModel(
  settings: ContainerSettings,
  modelUri: readonly string[],
): Promise<readonly string[]> {
  const { azuremlModelDir, aipStorageUri } = settings
  if (azuremlModelDir !== undefined) {
    return await mountedModel({ variable: 'AZUREML_MODEL_DIR', folder: azuremlModelDir }, modelUri)
  }
  if (aipStorageUri === undefined) return modelUri
  if (!SCHEME.test(aipStorageUri)) {
    return await mountedModel({ variable: 'AIP_STORAGE_URI', folder: aipStorageUri }, modelUri)
  }
  if (await isThere(modelUri)) return modelUri
  throw invalidParameter(
    `AIP_STORAGE_URI names '${hideUserInfo(aipStorageUri)}', which Headrace does not read, and no model is inside the image: ` +
      'build one with `headrace build-image`',
  )
}

async function mountedModel(
  { variable, folder }: MountedFolder,
  modelUri: readonly string[],
): Promise<readonly string[]> {
  const found = await modelFolders(folder)
  const [model] = found
  if (found.length > 1) {
    const names = found.map((each) => `'${basename(each)}'`).join(', ')
    throw invalidParameter(`${variable}: '${folder}' holds several models, in the folders ${names}`)
  }
  if (model !== undefined) return [named(model, nameFor(folder, modelUri))]
  if (await isThere(modelUri)) return modelUri
  throw invalidParameter(
    `${variable}: there is no model in '${folder}', nor one level below: no MLmodel file, no model.json, no .onnx file`,
  )
}

/** The folder itself, else those right below it, that hold a model. */
async function modelFolders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  if (entries.some(({ name }) => MODEL_FILE.test(name))) return [folder]
  const below: string[] = []
  for (const { name } of entries) {
    const names = await readdir(join(folder, name)).catch(() => [])
    if (names.some((each) => MODEL_FILE.test(each))) below.push(join(folder, name))
  }
  return below
}

function nameFor(folder: string, [first]: readonly string[]): string | undefined {
  const given = first === undefined ? undefined : planOf(first).name
  return given ?? AZURE_FOLDER.exec(folder)?.[1]
}

function named(folder: string, name: string | undefined): string {
  return name !== undefined && /^[\w.-]+$/.test(name) && isPathSegment(name) ? `${name}=${folder}` : folder
}

/** Whether the image names a model that it has, or one that is elsewhere. */
async function isThere([first]: readonly string[]): Promise<boolean> {
  if (first === undefined) return false
  const { uri } = planOf(first)
  if (/^[a-z][a-z0-9+.-]*:/i.test(uri)) return true
  const stats = await stat(uri).catch(() => undefined)
  if (stats === undefined || !stats.isDirectory()) return stats !== undefined
  return (await readdir(uri)).length > 0
}
