import { type FileHandle, readFile, rm } from 'node:fs/promises'
import { invalidParameter, type ServingError } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import type { SourcePosition } from '../block.ts'
import { openFailure } from './output-failure.ts'
import { partialPath } from './partial-file.ts'
import type { WriterState } from './prediction-writer.ts'
import { replaceFile } from './replace-file.ts'

/**
 * What a run was asked to do, by aspect: `input`, `model`, `program`, `options`. A run that goes on must agree in all of them.
 * The values are only compared.
 */
export type RunIdentity = Readonly<Record<string, string>>

/** How far a run has come, all of it durable. */
export interface Checkpoint {
  readonly position: SourcePosition
  /** Rows so far, bad ones included. */
  readonly rows: number
  readonly badRows: number
  /** Bytes of the file of bad rows. */
  readonly badBytes: number
  readonly writer: WriterState
  /** All is written and only the names are missing. */
  readonly finished: boolean
  /** Of the run, as the files that get their names are called meanwhile; of a finished one alone. */
  readonly id?: string
}

export interface JournalInit {
  /** The output's. */
  readonly path: string
  readonly identity: RunIdentity
}

/** A file of JSON lines beside an unfinished output: the identity of the run, then its checkpoints. */
export class Journal {
  readonly #path: string
  readonly #file: FileHandle

  /**
   * A new one in the place of an earlier run's, which may not have ended: what that still writes goes nowhere.
   * @param from the checkpoint that is gone on from; undefined to begin anew
   * @throws ServingError INVALID_PARAMETER_VALUE
   */
  static async create({ path, identity }: JournalInit, from?: Checkpoint): Promise<Journal> {
    try {
      const journal = new Journal(path, await replaceFile(journalPath(path)))
      await journal.#append({ identity })
      if (from !== undefined) await journal.add(from)
      return journal
    } catch (error) {
      throw openFailure(path, error)
    }
  }

  /** That of a run that is over and named. */
  static async discard(path: string): Promise<void> {
    await rm(journalPath(path), { force: true })
  }

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /** Returns when the checkpoint is durable. What it speaks of must be durable before. */
  async add(checkpoint: Checkpoint): Promise<void> {
    await this.#append(checkpoint)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** The run is over and named. */
  async remove(): Promise<void> {
    await this.close()
    await Journal.discard(this.#path)
  }

  async #append(entry: object): Promise<void> {
    await this.#file.write(`${JSON.stringify(entry)}\n`)
    await this.#file.datasync()
  }
}

/**
 * The last checkpoint of an earlier run with the same output; undefined where there is none.
 * @param otherwise what to do where that run was another one
 * @throws ServingError INVALID_PARAMETER_VALUE where it was, and that is to be refused
 */
export async function lastCheckpoint(
  { path, identity }: JournalInit,
  otherwise: 'refuse' | 'forget' = 'refuse',
): Promise<Checkpoint | undefined> {
  const text = await readFile(journalPath(path), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const entries = text.split('\n').map(parseLine).filter(isRecord)
  const [head, ...checkpoints] = entries
  if (head === undefined || checkpoints.length === 0) return undefined
  const changed = changesOf(head['identity'], identity)
  if (changed.length > 0 && otherwise === 'forget') return undefined
  if (changed.length > 0) throw otherRun(path, changed)
  return checkpoints.at(-1) as unknown as Checkpoint
}

function changesOf(known: unknown, now: RunIdentity): readonly string[] {
  return Object.entries(now).flatMap(([aspect, value]) =>
    isRecord(known) && known[aspect] === value ? [] : [aspect],
  )
}

function otherRun(path: string, changed: readonly string[]): ServingError {
  return invalidParameter(
    `Cannot resume '${path}': since the interrupted run the ${changed.join(' and the ')} changed. Run without ` +
      '--resume to begin anew.',
  )
}

function journalPath(path: string): string {
  return `${partialPath(path)}.journal`
}

/** Undefined for a line that was not written to its end. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
