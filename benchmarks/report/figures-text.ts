/** How figures are written in tables and plots: three digits say all that a measurement knows. */

const THREE_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

export const NOTHING = '–'

/** Beside what was measured while others were at work. */
export const DISTURBED = '†'

/** `61,200`, `4.16`, `0.035`. */
export function figure(value: number): string {
  return Number.isFinite(value) ? THREE_DIGITS.format(value) : NOTHING
}

/** @returns `figure`, with its mark. */
export function marked(value: number, disturbed: boolean): string {
  return disturbed ? `${figure(value)} ${DISTURBED}` : figure(value)
}

/** Milliseconds of a time in microseconds. */
export function milliseconds(us: number): string {
  return figure(us / 1000)
}

/** Seconds of a time in milliseconds. */
export function seconds(ms: number): string {
  return figure(ms / 1000)
}

/** Megabytes of a million bytes. */
export function megabytes(bytes: number): string {
  return figure(bytes / 1e6)
}

/** `68×`, `1.5×`: how many times another. */
export function times(ratio: number): string {
  return `${ratio >= 10 ? figure(Math.round(ratio)) : ratio.toPrecision(2)}×`
}

/** The day of a time of ISO 8601. */
export function day(date: string): string {
  return date.slice(0, 10)
}

/** One line that a cell of a table holds, however long and whatever the text was. */
export function cell(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const shortened = line.length > 300 ? `${line.slice(0, 299)}…` : line
  return shortened.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

/** @param columns their titles; the first is aligned left, the others right unless `words`. */
export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  align: 'figures' | 'words' = 'figures',
): string {
  const rule = columns.map((_, index) => (index === 0 || align === 'words' ? '---' : '---:'))
  return [columns, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
