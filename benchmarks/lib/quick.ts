import { packedInstall } from './peers.ts'

/** `--quick`: shortly, from the sources of this clone, and nothing is kept: to see that a study works. */
export const QUICK = process.argv.includes('--quick')

/** `--sources`: as long as usual, from the sources of this clone, and nothing is kept: to see what a change does. */
const FROM_SOURCES = QUICK || process.argv.includes('--sources')

/** Whether the results are those of what users get. */
export const KEPT = !FROM_SOURCES

/** Where Headrace runs from, as `headrace` of `peers.ts` takes it. */
export function installed(): string | undefined {
  return FROM_SOURCES ? undefined : packedInstall()
}
