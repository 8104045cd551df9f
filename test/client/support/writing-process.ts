/** Writes an artifact of so many bytes in FOLDER, and prints the code of what became of it. */
import { FolderTree } from '../../../src/client/artifacts/folder-tree.ts'
import { ServingError } from '../../../src/core/errors.ts'

const [folder = '', bytes = '0'] = process.argv.slice(2)
try {
  await new FolderTree(folder).write('artifact.bin', { bytes: new Uint8Array(Number(bytes)) })
  process.stdout.write('written')
} catch (error) {
  process.stdout.write(error instanceof ServingError ? error.code : String(error))
}
