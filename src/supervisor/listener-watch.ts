import { writeSync } from 'node:fs'
import { endAtOnce } from './end-at-once.ts'
import { BEAT_MS, HANG_MARGIN_MS, isDebugged } from './heartbeat.ts'
import type { ListenerBoard } from './listener-board.ts'
import { hangLine, type LogFormat } from './watchdog-line.ts'

export interface ListenerWatchOptions {
  readonly board: ListenerBoard
  /** Of this listener. */
  readonly number: number
  /** An event loop that stands still for longer than a request may take has met a run that never returns. */
  readonly requestTimeoutMs: number
  readonly format: LogFormat
}

const STDERR = 2

/**
 * Shows the others of a group that this listener's event loop turns, and looks after theirs. A native run that never
 * returns can be ended by nothing but the end of the process, so whoever sees that one stands still kills it.
 */
export function watchListeners({ board, number, requestTimeoutMs, format }: ListenerWatchOptions): void {
  const maxSilentTicks = Math.ceil((requestTimeoutMs + HANG_MARGIN_MS) / BEAT_MS)
  const silence = new SilenceCount(board, number)
  // Ticks, not times: while the machine sleeps or the process is stopped, nobody ticks.
  setInterval(() => {
    board.beat(number)
    const silent = silence.tick(maxSilentTicks)
    if (silent !== undefined && !isDebugged()) killFor(silent, format)
  }, BEAT_MS).unref()
}

/** For how many ticks of this listener each of the others has not beaten. */
export class SilenceCount {
  readonly #board: ListenerBoard
  readonly #own: number
  readonly #seen: (number | undefined)[] = []
  readonly #ticks: number[] = []

  constructor(board: ListenerBoard, own: number) {
    this.#board = board
    this.#own = own
  }

  /** @returns a listener that has not beaten for so many ticks, if there is one. */
  tick(tooMany: number): number | undefined {
    let silent: number | undefined
    for (let number = 1; number <= this.#board.size; number += 1) {
      if (number !== this.#own && this.#count(number) >= tooMany) silent = number
    }
    return silent
  }

  #count(number: number): number {
    const beats = this.#board.beatsOf(number)
    const isStill = beats !== undefined && beats === this.#seen[number]
    this.#seen[number] = beats
    this.#ticks[number] = isStill ? (this.#ticks[number] ?? 0) + 1 : 0
    return this.#ticks[number]
  }
}

function killFor(listener: number, format: LogFormat): void {
  try {
    const { before, after } = hangLine(format)
    const field = format === 'json' ? after.replace(',"msg"', `,"listener":${listener},"msg"`) : after
    writeSync(STDERR, `${before}${new Date().toISOString()}${field}\n`)
  } finally {
    endAtOnce()
  }
}
