import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { invalidModel, notFound, ServingError } from '../../../core/errors.ts'
import { shortened } from '../../../core/shortened.ts'
import { findModelFile, type ModelFile } from '../../model-file.ts'
import { inParallel } from './in-parallel.ts'

/** A file of weights, found safe. */
export interface Shard extends ModelFile {
  /** As the manifest names it, relative to the folder of model.json. */
  readonly name: string
}

const PARALLEL = 8
const BLOCK_BYTES = 1024 * 1024

/** @throws ServingError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST */
export async function findShards(
  directory: string,
  dataFile: string,
  names: readonly string[],
): Promise<readonly Shard[]> {
  const twice = firstRepeated(names)
  if (twice !== undefined) {
    throw invalidModel(`'${dataFile}' names the shard '${twice}' twice. Convert the model again.`, {
      details: { file: twice },
    })
  }
  return inParallel(names, PARALLEL, async (name) => ({
    name,
    ...(await findShard(directory, besideOf(dataFile, name), dataFile)),
  }))
}

function firstRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name).size)
}

/** Nothing is resolved: a name with `..` must be seen as one, and an absolute one as absolute. */
function besideOf(dataFile: string, name: string): string {
  const folder = dataFile.slice(0, dataFile.lastIndexOf('/') + 1)
  return isAbsolute(name) ? name : folder + name
}

async function findShard(directory: string, name: string, dataFile: string): Promise<ModelFile> {
  try {
    return await findModelFile(directory, name)
  } catch (error) {
    if (!(error instanceof ServingError) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error
    throw notFound(
      shortened(
        `Shard '${name}' of the weights, which '${dataFile}' names, does not exist. Copy all files of the model, or ` +
          'convert it again.',
      ),
      { file: name },
    )
  }
}

/**
 * @param target where the shards are put, one after the other; they are only read where it is undefined.
 * @returns of each shard the SHA-256, in hexadecimal.
 */
export async function readShards(
  shards: readonly Shard[],
  target: Uint8Array | undefined,
): Promise<readonly string[]> {
  const ends = runningTotals(shards.map(({ bytes }) => bytes))
  return inParallel(shards, PARALLEL, (shard, index) => {
    const end = ends[index]!
    return readShard(shard, target?.subarray(end - shard.bytes, end))
  })
}

function runningTotals(sizes: readonly number[]): readonly number[] {
  let total = 0
  return sizes.map((size) => {
    total += size
    return total
  })
}

async function readShard({ path, name, bytes }: Shard, target: Uint8Array | undefined): Promise<string> {
  const hash = createHash('sha256')
  const block = target === undefined ? Buffer.allocUnsafe(Math.min(BLOCK_BYTES, bytes)) : undefined
  const file = await open(path)
  try {
    for (let offset = 0; offset < bytes; ) {
      const room = block ?? target!.subarray(offset)
      const { bytesRead } = await file.read(room, 0, Math.min(BLOCK_BYTES, bytes - offset), offset)
      if (bytesRead === 0) throw invalidModel(`Shard '${name}' became shorter while it was read.`)
      hash.update(room.subarray(0, bytesRead))
      offset += bytesRead
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}
