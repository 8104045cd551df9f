import { ServingError } from '../../core/errors.ts'
import { readModelFile } from '../../flavors/model-file.ts'

const MOST_BYTES = 16 * 1024 * 1024

/** Reads a file that a model may bring along, of up to 16 MB; undefined where it does not. @throws ServingError */
export async function readIfThere(directory: string, name: string): Promise<Uint8Array | undefined> {
  try {
    return await readModelFile(directory, name, MOST_BYTES)
  } catch (error) {
    if (error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}
