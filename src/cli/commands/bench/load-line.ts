import type { Progress } from '../../../bench/measurement.ts'

/** What it is written to. */
export type LineStream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> & { write(text: string): unknown }

/** A terminal sees each second what happens; who reads a file sees each load once. */
export class LoadLine {
  readonly #stream: LineStream
  #title = ''

  constructor(stream: LineStream = process.stderr) {
    this.#stream = stream
  }

  /** A line that stays. */
  say(text: string): void {
    this.clear()
    this.#stream.write(`${text}\n`)
  }

  /** Begins a load. */
  load(title: string): void {
    this.#title = title
    if (this.#stream.isTTY) this.#draw(title)
    else this.#stream.write(`${title}\n`)
  }

  /** Of something that says itself how it ended. */
  watch(title: string): void {
    this.#title = title
    if (this.#stream.isTTY) this.#draw(title)
  }

  update(progress: Progress): void {
    if (!this.#stream.isTTY) return
    const text = figures(progress)
    this.#draw(`${shortened(this.#title, this.#width - text.length - 2)}  ${text}`)
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K')
  }

  #draw(text: string): void {
    this.#stream.write(`\r\u001b[K${text.slice(0, this.#width)}`)
  }

  /** A line that fills its last column would be followed by an empty one. */
  get #width(): number {
    return Math.max(20, widthOf(this.#stream) - 1)
  }
}

/** In characters. Terminals that know no size of theirs, as in some containers, say that they have 0 columns. */
export function widthOf({ columns }: { readonly columns?: number | undefined }): number {
  return columns === undefined || columns === 0 ? 80 : columns
}

/** The figures are what changes: they are shown in full, and of the title what has room beside them. */
function shortened(title: string, length: number): string {
  return title.length <= length ? title : `${title.slice(0, Math.max(8, length - 1))}…`
}

function figures({ elapsedMs, totalMs, ratePerSecond, p50Ms, p99Ms, failed }: Progress): string {
  const seconds = `${Math.min(elapsedMs, totalMs) / 1000 < 10 ? ' ' : ''}${Math.round(elapsedMs / 1000)}/${Math.round(totalMs / 1000)} s`
  const failures = failed === 0 ? 'no failures' : `${failed} failed`
  return `${seconds}  ${Math.round(ratePerSecond)}/s  p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms  ${failures}`
}
