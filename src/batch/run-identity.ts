import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { BatchOptions } from './batch-options.ts'
import type { RunIdentity } from './output/journal.ts'

const HEAD_BYTES = 64 * 1024

/** What a run that goes on must agree in with the one before, since the output depends on it. */
export async function runIdentity(options: BatchOptions, inputPath: string): Promise<RunIdentity> {
  const [input, model] = await Promise.all([inputDigest(inputPath), modelDigest(options.mlmodel.directory)])
  const { inputFormat, output, params, shard, batchRows, blockBytes, badRowsPath } = options
  const { outputFormat, append } = options
  return {
    input,
    model,
    options: JSON.stringify({
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
  const file = await open(path)
  try {
    const { size, mtimeMs } = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const head = createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex')
    return JSON.stringify({ size, mtimeMs, head })
  } finally {
    await file.close()
  }
}

/** Of the names and contents of all files: the same model may be downloaded to another place. */
async function modelDigest(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const digest = createHash('sha256')
  for (const path of paths.sort()) {
    const content = createHash('sha256')
    await pipeline(createReadStream(path), content)
    digest.update(`${relative(directory, path)}\0${content.digest('hex')}\0`)
  }
  return digest.digest('hex')
}
