import { hash, randomBytes, randomUUID } from 'node:crypto'
import { type FileHandle, link, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, ServingError, unusableKey } from '../core/errors.ts'
import { makeFolders } from '../files/make-folders.ts'

const FILE = 'outcome.key'
const KEY_BYTES = 32
/** The key in hexadecimal digits, and the end of the line. */
const TEXT = /^[0-9a-f]{64}\n?$/
const FILE_BYTES = 2 * KEY_BYTES + 1
/** What group and others may do with a file. */
const OTHERS = 0o077

export interface OutcomeKeySource {
  /** `HEADRACE_OUTCOME_KEY`: any text; its SHA-256 is the key. */
  readonly secret: string | undefined
  /** Where the key of this machine is kept, and made, in a file `outcome.key` with mode 0600, unless there is a secret. */
  readonly folder: string
}

/**
 * The key that outcome ids are signed with. Processes that ask for the first time at once get the same one.
 * @throws ServingError INVALID_STATE where the file cannot be made or read, is damaged, or is open to group or others.
 */
export async function outcomeKey({ secret, folder }: OutcomeKeySource): Promise<Uint8Array> {
  if (secret !== undefined) return hash('sha256', secret, 'buffer')
  const path = join(folder, FILE)
  try {
    return (await readKey(path)) ?? (await makeKey(path, folder))
  } catch (error) {
    if (error instanceof ServingError) throw error
    throw unusableKey(
      `The key of outcome ids cannot be kept at ${path} (${messageOf(error)}): set HEADRACE_OUTCOME_KEY`,
      error,
    )
  }
}

/** Undefined where there is no file. */
async function readKey(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  })
  if (file === undefined) return undefined
  try {
    return await readClosed(file, path)
  } finally {
    await file.close()
  }
}

/** What a file holds that only its owner may read. Windows has no such modes. */
async function readClosed(file: FileHandle, path: string): Promise<Uint8Array> {
  const { mode, size } = await file.stat()
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, '0')
    throw unusableKey(
      `Others than its owner may use ${path} (mode ${octal}), which outcome ids are signed with: chmod 600 it, or ` +
        'remove it, which makes all ids that were issued unknown',
    )
  }
  const text = size > FILE_BYTES ? '' : await file.readFile('latin1')
  if (!TEXT.test(text)) {
    throw unusableKey(
      `${path} holds no key of outcome ids: remove it, which makes all ids that were issued unknown`,
    )
  }
  return Buffer.from(text.trim(), 'hex')
}

/** Written beside and linked, so that the file is whole from when it is there, and whoever links second takes the first's. */
async function makeKey(path: string, folder: string): Promise<Uint8Array> {
  await makeFolders(folder)
  const draft = `${path}.${randomUUID()}.tmp`
  const key = randomBytes(KEY_BYTES)
  try {
    await writeFlushed(draft, `${key.toString('hex')}\n`)
    await link(draft, path)
    await flushFolder(folder)
    return key
  } catch (error) {
    const other = isErrno(error, 'EEXIST') ? await readKey(path) : undefined
    if (other === undefined) throw error
    return other
  } finally {
    await rm(draft, { force: true })
  }
}

/** On the disk on return: ids may be issued under the key at once. */
async function writeFlushed(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** So that the file has its name after a loss of power. Windows opens no folders. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
