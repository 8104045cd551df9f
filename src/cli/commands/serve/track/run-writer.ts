import { asLogBatch, type LogEntry, takeBatch } from '../../../../client/log-queue/log-entry.ts'
import type { MlflowClient } from '../../../../client/mlflow-client.ts'
import { messageOf, ServingError } from '../../../../core/errors.ts'

/** Points of a server that is away for days are not kept: the oldest go first. */
const MOST_WAITING = 20_000

export interface RunWriterInit {
  readonly client: MlflowClient
  /** Makes or finds the run; called until it once does not throw, and again after `begin`. */
  readonly open: () => Promise<string>
  /** Begins what is told of a server that is away, and back: `What is served`. */
  readonly subject: string
  readonly tell: (level: 'info' | 'warn', message: string) => void
}

/** What is logged to a run, in order, when its server takes it. No failure of the tracking server gets out of here. */
export class RunWriter {
  readonly #init: RunWriterInit
  readonly #waiting: LogEntry[] = []
  #runId: string | undefined
  #isAway = false
  #dropped = 0

  constructor(init: RunWriterInit) {
    this.#init = init
  }

  /** Undefined before the run is there. */
  get runId(): string | undefined {
    return this.#runId
  }

  /** @param runId of another run, from now on; undefined for one that is to be opened */
  begin(runId: string | undefined): void {
    this.#runId = runId
  }

  /** Sent by the next `send`. */
  add(entry: LogEntry): void {
    this.#waiting.push(entry)
    if (this.#waiting.length > MOST_WAITING) this.#dropOldest()
  }

  /**
   * A server that is away is told of once, and once when it is back.
   * @returns whether all of it was done
   */
  async trying(work: (runId: string) => Promise<void>): Promise<boolean> {
    const { client, open, subject, tell } = this.#init
    try {
      this.#runId ??= await open()
      await work(this.#runId)
      if (this.#isAway) tell('info', `${subject} is recorded again by ${client.url}${this.#lost()}`)
      this.#isAway = false
      return true
    } catch (error) {
      if (!this.#isAway) tell('warn', `${subject} is not recorded for now: ${messageOf(error)}`)
      this.#isAway = true
      return false
    }
  }

  /** Sends all that waits. What a server refuses is left out: it would refuse it again. @throws what it answers */
  async send(runId: string): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = takeBatch(this.#waiting)
      try {
        await this.#init.client.logBatch(runId, asLogBatch(batch))
      } catch (error) {
        if (!isRefusal(error)) this.#waiting.unshift(...batch)
        throw error
      }
    }
  }

  /** A tenth of the points at once; what the run is and serves stays. */
  #dropOldest(): void {
    let rest = MOST_WAITING / 10
    const kept = this.#waiting.filter(({ kind }) => {
      if (kind !== 'metric' || rest === 0) return true
      rest -= 1
      return false
    })
    this.#dropped += this.#waiting.length - kept.length
    this.#waiting.splice(0, this.#waiting.length, ...kept)
  }

  #lost(): string {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped === 0 ? '' : `; ${dropped} points of the time before are lost`
  }
}

/** Anything else, a database that is locked or a full disk, passes. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ServingError)) return false
  return ['INVALID_PARAMETER_VALUE', 'BAD_REQUEST', 'RESOURCE_DOES_NOT_EXIST'].includes(error.code)
}
