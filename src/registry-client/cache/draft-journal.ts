import { type FileHandle, open, readFile } from 'node:fs/promises'
import { isRecord } from '../../core/record.ts'
import { isErrno } from './cache-failure.ts'
import type { Beginning } from './draft-file.ts'
import { type CachedFile, readCachedFile } from './manifest.ts'

/** What an earlier process had got of a tree. */
export interface DraftState {
  /** Of the content that the draft is a draft of. */
  readonly identity: string
  readonly whole: ReadonlyMap<string, CachedFile>
  readonly begun: ReadonlyMap<string, Beginning>
}

/**
 * Lines of JSON that are appended as a draft grows: its identity, then for each file what it was begun with, and
 * what it is when it is whole. A line that was cut off by the death of its writer is as if it were not there.
 */
export class DraftJournal {
  readonly #handle: FileHandle

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  static async begin(path: string, identity: string): Promise<DraftJournal> {
    const journal = new DraftJournal(await open(path, 'wx', 0o600))
    await journal.#append({ identity })
    return journal
  }

  static async goOn(path: string): Promise<DraftJournal> {
    const journal = new DraftJournal(await open(path, 'a'))
    // Ends a line that was cut off.
    await journal.#handle.write('\n')
    return journal
  }

  async begun(path: string, beginning: Beginning): Promise<void> {
    await this.#append({ begun: path, ...beginning })
  }

  /** Also said of a file that is begun anew without a validator: nothing can go on with it. */
  async dropped(path: string): Promise<void> {
    await this.#append({ dropped: path })
  }

  async whole(file: CachedFile): Promise<void> {
    await this.#append({ whole: file })
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #append(line: object): Promise<void> {
    await this.#handle.write(`${JSON.stringify(line)}\n`)
  }
}

/** Undefined where there is no journal, or not even its first line. */
export async function readDraftJournal(path: string): Promise<DraftState | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return ''
    throw error
  })
  const [first, ...rest] = text.split('\n').map(parsedLine)
  const identity = first?.['identity']
  if (typeof identity !== 'string') return undefined
  const whole = new Map<string, CachedFile>()
  const begun = new Map<string, Beginning>()
  for (const line of rest) if (line !== undefined) applyLine(line, whole, begun)
  return { identity, whole, begun }
}

type Line = Readonly<Record<string, unknown>>

function applyLine(line: Line, whole: Map<string, CachedFile>, begun: Map<string, Beginning>): void {
  const file = readCachedFile(line['whole'])
  if (file !== undefined) whole.set(file.path, file)
  const { begun: path, dropped, validator, bytes } = line
  if (typeof path === 'string' && typeof validator === 'string' && typeof bytes === 'number') {
    begun.set(path, { validator, bytes })
  }
  if (typeof dropped === 'string') begun.delete(dropped)
}

function parsedLine(text: string): Line | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return isRecord(found) ? found : undefined
  } catch {
    return undefined
  }
}
