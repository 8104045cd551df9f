import { extname } from 'node:path'

/**
 * URL of the module `name` in the folder of the module at `importMetaUrl`, with that module's own extension:
 * `.ts` in a clone, `.js` in the built package, where the compiler rewrites imports but not URLs.
 */
export function siblingModule(importMetaUrl: string, name: string): string {
  return new URL(`./${name}${extname(importMetaUrl)}`, importMetaUrl).href
}
