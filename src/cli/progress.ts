import type { Logger } from 'pino'
import { notePlaceholder } from './first-process.ts'

/** How far a piece of work is, in whatever is counted: bytes, rows. */
export interface ProgressState {
  readonly done: number
  /** Undefined, or not known yet, where the end cannot be told. */
  readonly total: number | undefined
  /** What stands behind the bar, such as `3 of 7 files` or `120,000 rows/s`. */
  readonly note: string
}

export interface ProgressOptions {
  /** What is under way: `Downloading models:/iris@champion`. */
  readonly title: string
  readonly unit: 'bytes' | 'rows'
  readonly logger: Logger
  /** Nothing at all is shown where it is false. */
  readonly enabled: boolean
}

const LOG_INTERVAL_MS = 5_000

/** A terminal has room for one bar: others begin when that one is done. */
let drawing: Progress | undefined
/** What that one draws, from its first line to its last. */
let drawn: Bar | undefined

/** To be called before a death that nothing stops: a bar leaves the terminal without its wrapping of long lines. */
export function leaveTerminal(): void {
  drawn?.stop()
}

/**
 * Shows how far a piece of work is: a bar on standard error where a terminal reads it, else a log line every few
 * seconds. Nothing is written to standard output.
 */
export class Progress {
  readonly #options: ProgressOptions
  readonly #startedAt = performance.now()
  #loggedAt = performance.now()
  #bar: Promise<Bar> | undefined
  #last: ProgressState | undefined

  constructor(options: ProgressOptions) {
    this.#options = options
  }

  update(state: ProgressState): void {
    if (!this.#options.enabled) return
    this.#last = state
    if (process.stderr.isTTY) this.#draw(state)
    else this.#log(state)
  }

  /** Takes the bar off the screen: what comes next is written where it was. */
  async stop(): Promise<void> {
    const bar = await this.#bar?.catch(() => undefined)
    this.#bar = undefined
    if (drawing === this) drawing = undefined
    bar?.stop()
  }

  #draw(state: ProgressState): void {
    if (this.#bar === undefined) {
      if (drawing !== undefined && drawing !== this) return
      drawing = this
      this.#bar = startBar(this.#options)
      this.#bar.then((bar) => bar.update(this.#last ?? state)).catch(() => {})
      return
    }
    this.#bar.then((bar) => bar.update(state)).catch(() => {})
  }

  #log({ done, total, note }: ProgressState): void {
    const now = performance.now()
    if (now - this.#loggedAt < LOG_INTERVAL_MS) return
    this.#loggedAt = now
    const { title, unit, logger } = this.#options
    const share = total === undefined || total === 0 ? '' : ` (${Math.floor((100 * done) / total)} %)`
    const seconds = Math.round((now - this.#startedAt) / 1000)
    logger.info({ done, total, seconds }, `${title}: ${amount(done, unit)}${share}, ${note}`)
  }
}

interface Bar {
  update(state: ProgressState): void
  stop(): void
}

/** Imported when the first bar is drawn: most starts download nothing. */
async function startBar({ title, unit }: ProgressOptions): Promise<Bar> {
  const { default: cliProgress } = await import('cli-progress')
  const bar = new cliProgress.SingleBar({
    format: `${title} [{bar}] {share} {amount} {note}`,
    barsize: 24,
    clearOnComplete: true,
    linewrap: false,
    stream: process.stderr,
  })
  bar.start(1, 0, { share: '', amount: '', note: '' })
  for (const signal of SIGNALS) process.on(signal, dieWhereNobodyElseListens)
  drawn = {
    update: ({ done, total, note }) => {
      bar.setTotal(Math.max(total ?? 0, 1))
      bar.update(total === undefined ? 0 : Math.min(done, total), {
        share: total === undefined || total === 0 ? '' : `${Math.floor((100 * done) / total)}%`,
        amount: amount(done, unit),
        note,
      })
    },
    stop: () => {
      bar.stop()
      for (const signal of SIGNALS) process.off(signal, dieWhereNobodyElseListens)
      drawn = undefined
    },
  }
  return drawn
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

function dieWhereNobodyElseListens(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  leaveTerminal()
  process.kill(process.pid, signal)
}
notePlaceholder(dieWhereNobodyElseListens)

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** `1.5 MB` (decimal units), or `120,000 rows`. */
export function amount(count: number, unit: ProgressOptions['unit']): string {
  if (unit === 'rows') return `${count.toLocaleString('en-US')} rows`
  let value = count
  let step = 0
  while (value >= 1000 && step < BYTE_UNITS.length - 1) {
    value /= 1000
    step += 1
  }
  return `${step === 0 ? value : value.toFixed(1)} ${BYTE_UNITS[step]}`
}
