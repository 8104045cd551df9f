import { fileURLToPath } from 'node:url'
import type { compiledFolder as anyCompiledFolder } from './compiled-folder.ts'

/** Beside the program: what was compiled when the image was built (src/image/model/plan-model.ts). */
export const compiledFolder: typeof anyCompiledFolder = () =>
  fileURLToPath(new URL('./compiled', import.meta.url))
