import type { readSwapModules as readAll } from './swap-modules.ts'

/** An image follows no registry: nothing is swapped. */
export const readSwapModules: typeof readAll = async () => {}
