import { readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const KEPT_MS = 90 * 24 * 3600 * 1000
/** A rollout's id. */
const OF_A_ROLLOUT = /^[0-9a-f]{16}$/

/**
 * Removes what nobody reads any more: outcomes of rollouts of the same name over other versions, to which none was added for 90
 * days. Never throws.
 * @param folder of the outcomes of the rollout that runs; those of others lie beside it, each under its id
 * @param now milliseconds since 1970
 */
export async function removeOldOutcomes(folder: string, now: number): Promise<void> {
  const place = dirname(folder)
  const names = await readdir(place).catch(() => [])
  const others = names
    .filter((name) => OF_A_ROLLOUT.test(name))
    .map((name) => join(place, name))
    .filter((path) => path !== folder)
  await Promise.all(
    others.map(async (path) => {
      const last = await lastChange(path).catch(() => now)
      if (now - last > KEPT_MS) await rm(path, { recursive: true, force: true }).catch(() => undefined)
    }),
  )
}

/** Of a folder and the files in it. */
async function lastChange(folder: string): Promise<number> {
  const paths = [folder, ...(await readdir(folder)).map((name) => join(folder, name))]
  const times = await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs))
  return Math.max(...times)
}
