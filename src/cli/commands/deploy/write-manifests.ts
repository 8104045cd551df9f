import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { invalidParameter, messageOf } from '../../../core/errors.ts'
import { makeFolders } from '../../../files/make-folders.ts'
import { kustomizationText, manifestText } from '../../../image/kubernetes/manifest-text.ts'
import type { Manifest } from '../../../image/kubernetes/objects.ts'
import { print } from '../../output.ts'

/**
 * Writes manifests to standard output, a file, or a folder with a file for each.
 * @throws ServingError INVALID_PARAMETER_VALUE where that cannot be written
 */
export async function writeManifests(
  manifests: readonly Manifest[],
  place: string | undefined,
): Promise<void> {
  if (place === undefined || place === '-') return print(manifestText(manifests).trimEnd())
  try {
    if (await isFolder(place)) await writeFolder(manifests, place)
    else await writeFile(place, manifestText(manifests))
  } catch (error) {
    throw invalidParameter(`The manifests cannot be written: ${messageOf(error)}`)
  }
}

async function isFolder(place: string): Promise<boolean> {
  if (place.endsWith('/')) return true
  const found = await stat(place).catch(() => undefined)
  return found?.isDirectory() === true
}

async function writeFolder(manifests: readonly Manifest[], folder: string): Promise<void> {
  await makeFolders(folder)
  for (const manifest of manifests) await writeFile(join(folder, manifest.file), manifestText([manifest]))
  await writeFile(join(folder, 'kustomization.yaml'), kustomizationText(manifests))
}
