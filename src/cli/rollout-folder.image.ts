import { join } from 'node:path'
import { cacheFolder } from './cache-folder.ts'
import type { rolloutFolder as folderOfRegistry } from './rollout-folder.ts'

/** An image asks no registry: its rollouts are kept in the folder that is mounted where the root is read-only. */
export const rolloutFolder: typeof folderOfRegistry = (settings) => join(cacheFolder(settings), 'rollouts')
