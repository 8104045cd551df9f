import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { MlModel } from '../flavors/mlmodel.ts'
import { readModelJson, shardNamesOf } from '../flavors/tfjs-model-json.ts'
import type { BatchOptions } from './batch-options.ts'
import { inputFailure } from './input/input-failure.ts'
import type { RunIdentity } from './output/journal.ts'

const HEAD_BYTES = 64 * 1024

/**
 * What a run that goes on must agree in with the one before, since the output depends on it.
 * @throws ServingError INVALID_PARAMETER_VALUE where the input cannot be opened
 */
export async function runIdentity(options: BatchOptions, inputPath: string): Promise<RunIdentity> {
  const [input, model] = await Promise.all([inputDigest(inputPath), modelDigest(options.mlmodel)])
  const { inputFormat, output, params, shard, batchRows, blockBytes, badRowsPath } = options
  const { outputFormat, append, programVersion } = options
  return {
    input,
    model,
    program: programVersion,
    options: JSON.stringify({
      // Engines differ in the last digits of what they give.
      engine: options.mlmodel.engine.name,
      inputFormat,
      output,
      outputFormat,
      append,
      params,
      shard,
      batchRows,
      blockBytes,
      badRowsPath,
    }),
  }
}

/** Size, time and beginning tell an input from another; reading all of it would take as long as the run. */
async function inputDigest(path: string): Promise<string> {
  const file = await openInput(path)
  try {
    const { size, mtimeMs } = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const head = createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex')
    return JSON.stringify({ size, mtimeMs, head })
  } catch (error) {
    throw inputFailure(error)
  } finally {
    await file.close()
  }
}

async function openInput(path: string): Promise<FileHandle> {
  try {
    return await open(path)
  } catch (error) {
    throw inputFailure(error, 'opened')
  }
}

/** Of the names and contents of all files: the same model may be downloaded to another place. */
async function modelDigest(model: MlModel): Promise<string> {
  const digest = createHash('sha256')
  for (const path of await modelFiles(model)) {
    const content = createHash('sha256')
    await pipeline(createReadStream(path), content)
    digest.update(`${relative(model.directory, path)}\0${content.digest('hex')}\0`)
  }
  return digest.digest('hex')
}

async function modelFiles(model: MlModel): Promise<readonly string[]> {
  const { directory } = model
  if (!existsSync(join(directory, 'MLmodel'))) return await bareModelFiles(model)
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files: string[] = []
  for (const { parentPath, name } of entries) {
    const path = join(parentPath, name)
    // Links count as what they lead to.
    if ((await stat(path)).isFile()) files.push(path)
  }
  return files.sort()
}

/** Of a model without an MLmodel file its own files: around them may be anything, the output of this run too. */
async function bareModelFiles({ directory, flavor, flavorConfig }: MlModel): Promise<readonly string[]> {
  const data = String(flavorConfig['data'])
  const shards = flavor === 'tfjs' ? shardNamesOf(await readModelJson(directory, data)) : []
  return [data, ...shards].map((name) => join(directory, name))
}
