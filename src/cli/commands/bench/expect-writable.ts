import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf, unusableFile } from '../../../core/errors.ts'

/**
 * Whether a result can be written to a file: found out before minutes of measuring rather than after them.
 * @param file `-` is standard output. @throws ServingError INVALID_STATE
 */
export async function expectWritable(file: string | undefined): Promise<void> {
  if (file === undefined || file === '-') return
  const found = await stat(file).catch(() => undefined)
  if (found?.isDirectory()) throw unusableFile(`The result cannot be written to ${file}: it is a folder`)
  const folder = dirname(file)
  if (found === undefined && (await stat(folder).catch(() => undefined)) === undefined) {
    throw unusableFile(`The result cannot be written to ${file}: there is no folder '${folder}'`)
  }
  try {
    await access(found === undefined ? folder : file, constants.W_OK)
  } catch (error) {
    throw unusableFile(`The result cannot be written to ${file}: ${messageOf(error)}`, error)
  }
}
