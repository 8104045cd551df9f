import { createReadStream } from 'node:fs'
import { invalidParameter, messageOf } from '../../core/errors.ts'

/** What was read of a file. */
export interface FileBeginning {
  readonly bytes: Buffer
  readonly isWhole: boolean
}

/**
 * Reads a file, or what a pipe gives, up to so many bytes.
 * @throws ServingError INVALID_PARAMETER_VALUE where it cannot be read, or is empty
 */
export async function readBeginning(path: string, mostBytes: number): Promise<FileBeginning> {
  const chunks: Buffer[] = []
  try {
    // The end is included: one byte more than is wanted tells whether there are more.
    for await (const chunk of createReadStream(path, { end: mostBytes })) chunks.push(chunk)
  } catch (error) {
    throw invalidParameter(`--payload ${path} cannot be read: ${messageOf(error)}`)
  }
  if (chunks.length === 0) throw invalidParameter(`--payload ${path} is empty`)
  const bytes = Buffer.concat(chunks)
  return { bytes: bytes.subarray(0, mostBytes), isWhole: bytes.byteLength <= mostBytes }
}

const [NEWLINE, QUOTE] = [0x0a, 0x22]

/**
 * The first whole lines of a text, so many at most; all of it where it has no more of them. A line break within quotes ends
 * no line of CSV.
 */
export function firstLines(
  { bytes, isWhole }: FileBeginning,
  most: number,
  { isCsv }: { readonly isCsv: boolean },
): FileBeginning {
  let [lines, end, quoted] = [0, 0, false]
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE && isCsv) quoted = !quoted
    if (byte !== NEWLINE || quoted) continue
    end = at + 1
    if (++lines === most) break
  }
  if (isWhole && lines < most) return { bytes, isWhole }
  return { bytes: bytes.subarray(0, end), isWhole: isWhole && end === bytes.length }
}
