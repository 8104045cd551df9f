import { packedInstall } from './peers.ts'

/** `--quick`: shortly, from the sources of this clone, and nothing is kept: to see that a scenario works. */
export const QUICK = process.argv.includes('--quick')

/** Where Headrace runs from, as `headrace` of `peers.ts` takes it. */
export function installed(): string | undefined {
  return QUICK ? undefined : packedInstall()
}
