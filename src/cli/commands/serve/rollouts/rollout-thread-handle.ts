import type { Worker } from 'node:worker_threads'
import { messageOf } from '../../../../core/errors.ts'
import type { MemberMessage, ThreadMessage } from '../../../../rollout/rollout-messages.ts'
import type { RolloutState } from '../../../../rollout/rollout-state.ts'
import { isDebugged } from '../../../../supervisor/heartbeat.ts'
import { RestartDelay } from '../../../../supervisor/restart-delay.ts'
import type { OpenRolloutLine } from '../../../../supervisor/rollout-relay.ts'
import type { SupervisorLog } from '../../../../supervisor/supervisor-log.ts'
import { MemberLine } from './member-line.ts'
import type { ThreadReply, ThreadRequest } from './rollout-thread-messages.ts'

export interface RolloutThreadHandleInit {
  /** @param known states that the members go by, of a thread that has ended. */
  readonly startThread: (known: ReadonlyMap<string, RolloutState>) => Worker
  readonly log: SupervisorLog
  /** A thread that says nothing for so long hangs: half a minute, unless given. */
  readonly mostSilenceMs?: number
}

const MOST_SILENCE_MS = 30_000
/** Silence is counted in looks, so that a thread is not blamed for a time in which nobody here could hear it. */
const LOOKS = 10

/**
 * The rollout thread of a server, seen from the thread that has started it. Where it crashes or hangs, members go on with the
 * states that they have, and another is started with those.
 */
export class RolloutThreadHandle {
  readonly #init: RolloutThreadHandleInit
  readonly #lines = new Map<number, MemberLine>()
  readonly #known = new Map<string, RolloutState>()
  readonly #delay = new RestartDelay()
  readonly #ended = Promise.withResolvers<void>()
  #thread: Worker | undefined
  #restart: NodeJS.Timeout | undefined
  #startedAt = 0
  readonly #pulse: NodeJS.Timeout
  #silentLooks = 0
  /** Why the thread ends, where that is known. */
  #failure = ''
  #lastLine = 0
  #isEnding = false

  constructor(init: RolloutThreadHandleInit) {
    this.#init = init
    const { mostSilenceMs = MOST_SILENCE_MS } = init
    this.#pulse = setInterval(() => this.#look(mostSilenceMs), mostSilenceMs / LOOKS).unref()
    this.#start()
  }

  /** A line of a member. What goes over it are `MemberMessage`s, and `ThreadMessage`s back. */
  readonly open: OpenRolloutLine = (deliver) => {
    const number = ++this.#lastLine
    const line = new MemberLine(deliver)
    this.#lines.set(number, line)
    return {
      send: (message) => this.#take(number, line, ofMember(message)),
      close: () => void this.#lines.delete(number),
    }
  }

  /** Returns when all is kept, or this time is over. */
  async end(withinMs: number): Promise<void> {
    this.#isEnding = true
    clearInterval(this.#pulse)
    clearTimeout(this.#restart)
    if (this.#thread === undefined) return
    const late = setTimeout(() => this.#ended.resolve(), withinMs)
    this.#post({ kind: 'end' })
    await this.#ended.promise
    clearTimeout(late)
    await this.#thread?.terminate()
  }

  #take(number: number, line: MemberLine, message: MemberMessage): void {
    line.note(message)
    if (this.#thread === undefined) line.failAll()
    else this.#post({ kind: 'member', line: number, message })
  }

  #post(request: ThreadRequest): void {
    this.#thread?.postMessage(request)
  }

  #start(): void {
    let thread: Worker
    try {
      thread = this.#init.startThread(this.#known)
    } catch (error) {
      // The system has no thread to give.
      this.#startAgain(messageOf(error))
      return
    }
    this.#thread = thread
    this.#startedAt = performance.now()
    this.#silentLooks = 0
    this.#failure = ''
    thread.on('message', (reply: ThreadReply) => this.#hear(reply))
    thread.on('error', (error) => {
      this.#failure = messageOf(error)
    })
    thread.once('exit', (code) => this.#exited(this.#failure || `code ${code}`))
    // A server ends when its connections do.
    thread.unref()
    for (const [number, { join }] of this.#lines) {
      if (join !== undefined) this.#post({ kind: 'member', line: number, message: join })
    }
  }

  #hear(reply: ThreadReply): void {
    this.#silentLooks = 0
    if (reply.kind === 'tell') this.#tell(reply.line, reply.message)
    else if (reply.kind === 'ended') this.#ended.resolve()
  }

  /** What is said to a thread that hangs would only fill the memory. */
  #look(mostSilenceMs: number): void {
    if (this.#thread === undefined || isDebugged()) return
    this.#silentLooks += 1
    if (this.#silentLooks !== LOOKS) return
    this.#failure = `it said nothing for ${mostSilenceMs / 1000} s`
    void this.#thread.terminate()
  }

  #tell(line: number | undefined, message: ThreadMessage): void {
    if (message.kind === 'state') this.#known.set(message.rollout, message.state)
    if (line !== undefined) this.#lines.get(line)?.tell(message)
    else for (const each of this.#lines.values()) each.tell(message)
  }

  #exited(reason: string): void {
    this.#thread = undefined
    for (const line of this.#lines.values()) line.failAll()
    if (this.#isEnding) this.#ended.resolve()
    else this.#startAgain(reason)
  }

  #startAgain(reason: string): void {
    const delayMs = this.#delay.after(performance.now() - this.#startedAt)
    const when = delayMs === 0 ? 'at once' : `in ${delayMs / 1000} s`
    this.#init.log.error(
      { reason, delayMs },
      `The rollout thread ended; it is started again ${when}, and requests are answered all the same`,
    )
    this.#restart = setTimeout(() => this.#start(), delayMs).unref()
  }
}

/** It comes from a member of the same server, which had it from the same code. */
function ofMember(message: unknown): MemberMessage {
  return message as MemberMessage
}
