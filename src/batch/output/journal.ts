import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { invalidParameter } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import type { SourcePosition } from '../block.ts'
import { openFailure } from './output-failure.ts'
import { partialPath } from './partial-file.ts'
import type { WriterState } from './prediction-writer.ts'

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

  /** Begins anew. @throws ServingError INVALID_PARAMETER_VALUE */
  static async create(init: JournalInit): Promise<Journal> {
    // What another run may still write goes nowhere.
    await rm(journalPath(init.path), { force: true })
    const journal = await Journal.#open(init.path, 'wx')
    await journal.#append({ identity: init.identity })
    return journal
  }

  /** Goes on with the journal of an earlier run, of which a torn last line may be left. */
  static async continue({ path }: JournalInit): Promise<Journal> {
    const journal = await Journal.#open(path, 'a')
    await journal.#file.write('\n')
    return journal
  }

  static async #open(path: string, flags: string): Promise<Journal> {
    try {
      return new Journal(path, await open(journalPath(path), flags))
    } catch (error) {
      throw openFailure(path, error)
    }
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
    await rm(journalPath(this.#path), { force: true })
  }

  async #append(entry: object): Promise<void> {
    await this.#file.write(`${JSON.stringify(entry)}\n`)
    await this.#file.datasync()
  }
}

/**
 * The last checkpoint of an earlier run with the same output; undefined where there is none.
 * @throws ServingError INVALID_PARAMETER_VALUE where that run was another one
 */
export async function lastCheckpoint({ path, identity }: JournalInit): Promise<Checkpoint | undefined> {
  const text = await readFile(journalPath(path), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const entries = text.split('\n').map(parseLine).filter(isRecord)
  const [head, ...checkpoints] = entries
  if (head === undefined || checkpoints.length === 0) return undefined
  checkIdentity(path, head['identity'], identity)
  return checkpoints.at(-1) as unknown as Checkpoint
}

function checkIdentity(path: string, known: unknown, now: RunIdentity): void {
  const changed = Object.entries(now).flatMap(([aspect, value]) =>
    isRecord(known) && known[aspect] === value ? [] : [aspect],
  )
  if (changed.length === 0) return
  throw invalidParameter(
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
