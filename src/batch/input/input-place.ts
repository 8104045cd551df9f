import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type ByteInput, StreamInput } from './byte-input.ts'
import { inputFailure } from './input-failure.ts'

/** Where the input is: a file, or a pipe, which can be read once and from its beginning only. */
export type InputPlace = { readonly path: string } | { readonly pipe: ByteInput }

/** Standard input for a run that reads it more than once, or from several places: kept in a file until it is closed. */
export interface SpooledInput {
  readonly path: string
  remove(): Promise<void>
}

export async function spoolInput(stream: Readable): Promise<SpooledInput> {
  const folder = await mkdtemp(join(tmpdir(), 'headrace-input-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  const path = join(folder, 'input')
  try {
    await pipeline(stream, createWriteStream(path))
    return { path, remove }
  } catch (error) {
    await remove()
    throw inputFailure(error)
  }
}

export function pipedInput(stream: Readable): InputPlace {
  return { pipe: new StreamInput(stream) }
}
