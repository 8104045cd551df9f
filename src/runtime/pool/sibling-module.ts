import { extname } from 'node:path'
import { keepUnoptimisedWrappers } from '../../flavors/unoptimised-wrappers.ts'

/**
 * URL of the module `name` in the folder of the module at `importMetaUrl`, with that module's own extension:
 * `.ts` in a clone, `.js` in the built package, where the compiler rewrites imports but not URLs.
 */
export function siblingModule(importMetaUrl: string, name: string): string {
  const extension = extname(importMetaUrl)
  // Its threads strip types, which Node does by WebAssembly.
  if (extension === '.ts') keepUnoptimisedWrappers()
  return new URL(`./${name}${extension}`, importMetaUrl).href
}
