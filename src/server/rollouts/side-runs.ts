import { performance } from 'node:perf_hooks'
import { UnorderedItems } from '../../core/unordered-items.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { InferencePlane } from '../server-options.ts'
import { SideCall, type SideCallKeeper } from './side-call.ts'
import { DROPPED, type SideResult, type SideRun, TOO_LARGE } from './side-run.ts'
import { turnShare } from './turn-share.ts'

export interface SideRunsInit {
  readonly dataPlane: InferencePlane
  /** Under way and waiting together. */
  readonly most: number
  readonly deadlineMs: number
  /** A run that had to wait longer for its turn finds a busy server, and is dropped. */
  readonly mostLagMs: number
  /** Whether requests wait for this thread, to which runs give way. */
  isBusy(): boolean
}

/** Of one request: to copy more would be felt. And of all that wait or are under way, which nobody else counts. */
const LARGEST_BYTES = 8 * 1024 * 1024
const MOST_BYTES = 4 * LARGEST_BYTES

/** So long the first of a group waits for others: a run of many rows takes little longer than one of a single row. */
const GATHER_MS = 4
/** Turns of the event loop without a request, one after the other: the answers of what was read before are written then. */
const QUIET_TURNS = 2
/** Turns for which runs give way to requests: longer, and a busy thread would never come to them. */
const MOST_TURNS = 8

/**
 * Runs models for requests that are answered already: gathered for some milliseconds, so that the model may run them
 * together, and then a few in each turn of the event loop in which nobody waits. None begins before the answers of its own
 * turn are written; what hangs is given up by its deadline.
 */
export class SideRuns implements SideCallKeeper {
  readonly #init: SideRunsInit
  readonly #waiting: SideCall[] = []
  readonly #underWay = new UnorderedItems<SideCall>()
  /** Runs that were given up and have not ended, of each model that has any. */
  readonly #givenUp = new WeakMap<ServedModel['admission'], number>()
  #heldBytes = 0
  #gathering: NodeJS.Timeout | undefined
  /** Looking for a quiet turn of the event loop: turns since that began, and quiet ones of them, the last. */
  #turns = 0
  #quietTurns = 0
  #isAhead = false
  readonly #onTurn = () => this.#look()
  #isWatched = false

  constructor(init: SideRunsInit) {
    this.#init = init
  }

  offer(run: SideRun): void {
    const refusal = this.#refusal(run)
    if (refusal !== undefined) {
      run.ended(refusal)
      return
    }
    this.#heldBytes += run.source.bytes
    this.#waiting.push(new SideCall(run, this))
    // The other half of the room is for what comes while these are under way.
    if (2 * this.#waiting.length >= this.#init.most) this.#awaitTurn()
    else this.#gathering ??= setTimeout(() => this.#awaitTurn(), GATHER_MS).unref()
  }

  settled(call: SideCall, result: SideResult): void {
    this.#underWay.delete(call)
    call.run.model.admission.release()
    this.#end(call.run, result)
  }

  released({ run: { model } }: SideCall): void {
    const left = (this.#givenUp.get(model.admission) ?? 1) - 1
    if (left > 0) this.#givenUp.set(model.admission, left)
    else this.#givenUp.delete(model.admission)
  }

  /** What was given up and still has its model counts as well, against that model alone. */
  #refusal({ model, source: { bytes } }: SideRun): SideResult | undefined {
    if (bytes > LARGEST_BYTES) return TOO_LARGE
    const requests = this.#waiting.length + this.#underWay.size + (this.#givenUp.get(model.admission) ?? 0)
    return requests < this.#init.most && this.#heldBytes + bytes <= MOST_BYTES ? undefined : DROPPED
  }

  #awaitTurn(): void {
    if (this.#isAhead) return
    this.#isAhead = true
    this.#turns = 0
    this.#quietTurns = 0
    setImmediate(this.#onTurn)
  }

  /** What was read in this turn runs after this, and its answer is written a turn later. */
  #look(): void {
    this.#turns += 1
    this.#quietTurns = this.#init.isBusy() ? 0 : this.#quietTurns + 1
    if (this.#quietTurns < QUIET_TURNS && this.#turns < MOST_TURNS) setImmediate(this.#onTurn)
    else this.#beginSome()
  }

  #beginSome(): void {
    this.#isAhead = false
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    const now = performance.now()
    const share = turnShare(this.#waiting.map(({ run }) => run.model))
    for (const call of this.#waiting.splice(0, share)) {
      if (now - call.offeredAt > this.#init.mostLagMs) this.#end(call.run, DROPPED)
      else this.#begin(call)
    }
    if (this.#waiting.length > 0) this.#awaitTurn()
  }

  /** The model is not ended meanwhile. */
  #begin(call: SideCall): void {
    this.#underWay.add(call)
    call.run.model.admission.hold()
    call.begin(this.#init.dataPlane)
    this.#watch(call.begunAt)
  }

  #end(run: SideRun, result: SideResult): void {
    this.#heldBytes -= run.source.bytes
    run.ended(result)
  }

  /** One timer for all, since all have the same time: it looks again when the oldest of those under way has had its own. */
  #watch(begunAt: number): void {
    if (this.#isWatched) return
    this.#isWatched = true
    const leftMs = begunAt + this.#init.deadlineMs - performance.now()
    setTimeout(() => this.#giveUpLate(), leftMs).unref()
  }

  #giveUpLate(): void {
    this.#isWatched = false
    const late = performance.now() - this.#init.deadlineMs
    let oldest = Number.POSITIVE_INFINITY
    for (const call of this.#underWay.list()) {
      if (call.begunAt <= late) this.#giveUp(call)
      else oldest = Math.min(oldest, call.begunAt)
    }
    if (oldest < Number.POSITIVE_INFINITY) this.#watch(oldest)
  }

  #giveUp(call: SideCall): void {
    const { admission } = call.run.model
    this.#givenUp.set(admission, (this.#givenUp.get(admission) ?? 0) + 1)
    call.giveUp()
  }
}
