import { stat } from 'node:fs/promises'
import type { PreparedFile, PreparedModel } from '../../flavor.ts'
import { cacheKey } from './cache-key.ts'
import { compileAgain } from './compile-again.ts'
import { MODEL_FILE, VERDICT_FILE } from './compiled-cache.ts'
import { planOf, type TfjsPlan } from './tfjs-plan.ts'

/**
 * The entry of `CompiledCache` for a model, for a cache on another machine. The proof is this machine's: sums may be
 * rounded otherwise there, which is far below what it forgives.
 * @param architecture of that machine's processor, as `process.arch` has it.
 * @returns nothing where an engine was wished for
 */
export async function keptFiles(
  { directory, plan }: PreparedModel,
  architecture: string,
): Promise<readonly PreparedFile[]> {
  const tfjsPlan = planOf(plan)
  const { digest, verdict } = tfjsPlan
  if (verdict === undefined) return []
  const key = cacheKey(digest, architecture)
  const verdictFile = { name: `${key}/${VERDICT_FILE}`, content: Buffer.from(JSON.stringify(verdict)) }
  if (verdict.outcome.kind === 'refused') return [verdictFile]
  return [verdictFile, { name: `${key}/${MODEL_FILE}`, content: await contentOf(directory, tfjsPlan) }]
}

async function contentOf(directory: string, plan: TfjsPlan): Promise<PreparedFile['content']> {
  const copy = plan.compiled?.copy
  if (copy !== undefined && 'shared' in copy) return new Uint8Array(copy.shared)
  const path = copy?.path
  // It may have gone from the cache since.
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined)
  if (path === undefined || found === undefined) return await compileAgain(directory, plan)
  return { path, bytes: found.size }
}
