import { createReadStream, createWriteStream, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { invalidParameter } from '../../core/errors.ts'
import type { BatchOptions } from '../batch-options.ts'

/** The streams that stand for absent names. */
interface Streams {
  readonly stdin: Readable
  readonly stdout: Writable
}

/**
 * Takes named pipes and devices (`/dev/null`, `<(zcat rows.csv.gz)`) for the streams that they are: they have no size,
 * cannot be read twice, and must not be replaced by a file.
 * @throws ServingError INVALID_PARAMETER_VALUE for a folder
 */
export async function withoutSpecialFiles<Connections extends Streams>(
  options: BatchOptions,
  connections: Connections,
  atEnd: (close: () => Promise<void>) => void,
): Promise<{ readonly options: BatchOptions; readonly connections: Connections }> {
  const { inputPath, output } = options
  const special = { input: await isSpecial(inputPath), output: await isSpecial(output) }
  // What fails before anybody reads or writes is told to whoever does.
  const stdin = special.input ? createReadStream(inputPath!).on('error', () => {}) : connections.stdin
  const stdout = special.output ? createWriteStream(output!).on('error', () => {}) : connections.stdout
  if (special.output) atEnd(() => new Promise((resolve) => stdout.end(resolve)))
  return {
    options: {
      ...options,
      inputPath: special.input ? undefined : inputPath,
      output: special.output ? undefined : output,
    },
    connections: { ...connections, stdin, stdout },
  }
}

async function isSpecial(path: string | undefined): Promise<boolean> {
  const stats: Stats | undefined = path === undefined ? undefined : await stat(path).catch(() => undefined)
  if (stats?.isDirectory()) throw invalidParameter(`'${path}' is a folder.`)
  return stats !== undefined && !stats.isFile()
}
