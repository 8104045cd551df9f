import { printable } from '../core/printable.ts'

/**
 * Whoever reads standard output may stop before its end, as `head` does. That is no failure: a server serves on, and files are
 * written all the same. It may be said more than once.
 */
export function allowClosedOutput(): void {
  process.stdout.off('error', ignoreClosed).on('error', ignoreClosed)
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

/** Prints nothing but one JSON value, for programs. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** Prints lines for a person. Ends the process where nobody reads them any more. */
export function print(text: string): void {
  if (!process.stdout.writable) process.exit()
  process.stdout.write(`${text}\n`)
}

/** Rows under a heading, each column as wide as its widest cell. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heading, ...rows].map((line) => line.map(printable))
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `2026-11-21 12:25:13`, UTC; a dash for what a registry calls a time and is none. */
export function time(epochMs: number): string {
  const date = new Date(epochMs)
  return Number.isNaN(date.getTime()) ? '-' : date.toISOString().slice(0, 19).replace('T', ' ')
}
