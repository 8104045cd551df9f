import { unavailable } from '../core/errors.ts'
import { makeFolder } from './durable-folder.ts'
import { fingerprint } from './fingerprint-set.ts'
import { FollowedFolder } from './followed-folder.ts'
import { GroupCommit } from './group-commit.ts'
import { type KnownOutcome, KnownOutcomes } from './known-outcomes.ts'
import { isSystemError, outcomeFailure } from './outcome-failure.ts'
import { type OutcomeRecord, outcomeLine } from './outcome-record.ts'
import { WriterFile } from './writer-file.ts'

const LOOK_MS = 400

export interface OutcomeLogOptions {
  /** Ids that were issued longer ago are taken no more: `OutcomePlan.windowSeconds`. */
  readonly windowMs: number
  /**
   * Told of each outcome that is durable: first of all that are there already, before it is open, then of those that this log or
   * other writers append. Each once, however many have accepted it.
   */
  readonly onRecords: (records: readonly OutcomeRecord[]) => void
  readonly log: OutcomeLogNews
  /** Between two looks at what others have appended; 400 unless set. */
  readonly lookMs?: number
  /** Outcomes that are known as duplicates at once, 22 bytes each at most; 8 million unless set. */
  readonly mostKnown?: number
  /** The clock, in milliseconds since 1970. */
  readonly now?: () => number
}

export interface OutcomeLogNews {
  warn(message: string): void
  info(message: string): void
}

/** `late`: its id was issued before the window. Not kept. */
export type AppendResult = 'accepted' | 'duplicate' | 'late'

/**
 * The outcomes of one rollout, in a folder with one file a writer, each appended to by one process alone: a process that starts
 * again begins another file. All writers of the folder follow each other's files, so that each of them knows all outcomes.
 */
export class OutcomeLog {
  readonly folder: string
  readonly #writer: string
  readonly #options: OutcomeLogOptions
  readonly #now: () => number
  readonly #known: KnownOutcomes
  readonly #others: FollowedFolder
  readonly #commits = new GroupCommit((lines) => this.#write(lines))
  /** Ids of outcomes whose records are on their way to the disk. */
  readonly #pending = new Map<string, Promise<void>>()
  readonly #ownNames = new Set<string>()
  #file: WriterFile | undefined
  #filesBegun = 0
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #damaged = 0
  #isFailing = false
  #isClosed = false

  /**
   * Makes the folder where it is not there, and reads what is in it.
   * @param writer name of this process that no other has or had, such as host, process id and a random part
   * @throws ServingError TEMPORARILY_UNAVAILABLE or RESOURCE_EXHAUSTED where the folder cannot be read or made
   */
  static async open(folder: string, writer: string, options: OutcomeLogOptions): Promise<OutcomeLog> {
    const log = new OutcomeLog(folder, writer, options)
    try {
      await makeFolder(folder)
      await log.#readOthers()
    } catch (error) {
      throw outcomeFailure(error, folder)
    }
    log.#lookSoon()
    return log
  }

  private constructor(folder: string, writer: string, options: OutcomeLogOptions) {
    this.folder = folder
    this.#writer = writer
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#known = new KnownOutcomes({ windowMs: options.windowMs, most: options.mostKnown ?? 8_000_000 })
    this.#others = new FollowedFolder(folder, (name) => this.#ownNames.has(name))
  }

  /**
   * Returns when all that was accepted is durable, and duplicates are too, by whomever they were accepted first.
   * @returns in the order of `records`
   * @throws ServingError RESOURCE_EXHAUSTED (no room), TEMPORARILY_UNAVAILABLE (anything else that the disk has): the same may be
   * sent again. What of it was accepted in spite of that is a duplicate then.
   */
  async append(records: readonly OutcomeRecord[]): Promise<AppendResult[]> {
    if (this.#isClosed) throw unavailable('The server is ending and takes no outcomes any more')
    const fresh = new Map<string, OutcomeRecord>()
    const pending = new Set<Promise<void>>()
    const results = records.map((record) => this.#judge(record, fresh, pending))
    if (fresh.size > 0) pending.add(this.#commit([...fresh.values()]))
    await Promise.all(pending)
    return results
  }

  /** Returns when what was appended is durable; what others append is not followed any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#commits.idle()
    await this.#looking
    await this.#file?.leave().catch(() => undefined)
  }

  #judge(
    record: OutcomeRecord,
    fresh: Map<string, OutcomeRecord>,
    pending: Set<Promise<void>>,
  ): AppendResult {
    const { outcomeId, facts } = record
    if (this.#known.isLate(facts.issuedAt, this.#now())) return 'late'
    if (this.#known.has(asKnown(record)) || fresh.has(outcomeId)) return 'duplicate'
    const underWay = this.#pending.get(outcomeId)
    if (underWay === undefined) fresh.set(outcomeId, record)
    else pending.add(underWay)
    return underWay === undefined ? 'accepted' : 'duplicate'
  }

  #commit(records: readonly OutcomeRecord[]): Promise<void> {
    const durable = this.#durable(records)
    for (const { outcomeId } of records) this.#pending.set(outcomeId, durable)
    return durable
  }

  async #durable(records: readonly OutcomeRecord[]): Promise<void> {
    try {
      await this.#commits.add(records.map(outcomeLine).join(''))
      for (const record of records) this.#known.add(asKnown(record))
      this.#options.onRecords(records)
    } finally {
      for (const { outcomeId } of records) this.#pending.delete(outcomeId)
    }
  }

  /** After a failure the next lines go to a new file. */
  async #write(lines: string): Promise<void> {
    try {
      this.#file ??= await this.#beginFile()
      await this.#file.append(lines)
      if (this.#isFailing) this.#options.log.info(`Outcomes are kept in ${this.folder} again`)
      this.#isFailing = false
    } catch (error) {
      const broken = this.#file
      this.#file = undefined
      await broken?.leave().catch(() => undefined)
      throw this.#told(outcomeFailure(error, this.folder))
    }
  }

  /** Under a name that nobody has had. */
  async #beginFile(): Promise<WriterFile> {
    await makeFolder(this.folder)
    for (;;) {
      const name = this.#filesBegun === 0 ? this.#writer : `${this.#writer}-${this.#filesBegun}`
      this.#filesBegun += 1
      try {
        const file = await WriterFile.create(this.folder, name)
        this.#ownNames.add(name)
        return file
      } catch (error) {
        if (!isSystemError(error, 'EEXIST')) throw error
      }
    }
  }

  #lookSoon(): void {
    if (this.#isClosed) return
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => this.#lookSoon())
    }, this.#options.lookMs ?? LOOK_MS).unref()
  }

  async #look(): Promise<void> {
    try {
      this.#known.forgetLate(this.#now())
      await this.#readOthers()
    } catch (error) {
      this.#told(outcomeFailure(error, this.folder))
    }
  }

  async #readOthers(): Promise<void> {
    for await (const records of this.#others.unread()) {
      if (this.#isClosed) return
      await this.#take(records)
    }
    const { damaged } = this.#others
    if (damaged > this.#damaged) {
      this.#options.log.warn(`${damaged - this.#damaged} damaged lines in ${this.folder} are left out`)
    }
    this.#damaged = damaged
  }

  /** Those that wait for the disk here are this log's own, unless that fails. */
  async #take(records: readonly OutcomeRecord[]): Promise<void> {
    const isPending = ({ outcomeId }: OutcomeRecord): boolean => this.#pending.has(outcomeId)
    const pending = records.filter(isPending)
    const fresh = records.filter((record) => !isPending(record) && this.#known.add(asKnown(record)))
    if (fresh.length > 0) this.#options.onRecords(fresh)
    if (pending.length === 0) return
    await Promise.allSettled(pending.map(({ outcomeId }) => this.#pending.get(outcomeId)))
    await this.#take(pending)
  }

  /** Of a folder that fails once, and once when it does no more. */
  #told<E extends Error>(error: E): E {
    if (!this.#isFailing) this.#options.log.warn(error.message)
    this.#isFailing = true
    return error
  }
}

function asKnown({ outcomeId, facts }: OutcomeRecord): KnownOutcome {
  return { print: fingerprint(outcomeId), issuedAt: facts.issuedAt }
}
