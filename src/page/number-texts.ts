/** 12,345. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

/** Three digits, more before the point: 0.0121, 42.2, 1,204. */
export function numberText(value: number): string {
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e6)) return value.toExponential(2)
  return value.toLocaleString('en-US', { maximumSignificantDigits: Math.max(3, wholeDigits(magnitude)) })
}

/** Keeps a number and its unit on one line. */
export const SPACE = '\u00a0'

/** 0.1034 as 10.3 %. */
export function percentText(rate: number): string {
  return `${numberText(rate * 100)}${SPACE}%`
}

/** Of `count` in `all`: 14 (0.65 %). */
export function partText(count: number, all: number): string {
  if (all === 0 || count === 0) return countText(count)
  const percent = Number(((100 * count) / all).toPrecision(2))
  return `${countText(count)} (${numberText(percent)}${SPACE}%)`
}

export function permilleText(permille: number): string {
  return `${permille / 10}${SPACE}%`
}

/** 0.61 ms, 38.5 ms, 1.2 s. */
export function millisecondsText(milliseconds: number): string {
  return milliseconds < 1000
    ? `${numberText(milliseconds)}${SPACE}ms`
    : `${numberText(milliseconds / 1000)}${SPACE}s`
}

/** 812 B, 1.2 kB, 118 MB. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${numberText(bytes / 1000 ** step)}${SPACE}${units[step]}`
}

/** Whole units, two at most: 45 s, 30 min, 1 h 30 min, 3 days 2 h. */
export function durationText(seconds: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['days', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ]
  let left = Math.max(0, Math.round(seconds))
  const parts: string[] = []
  for (const [unit, size] of units) {
    const whole = Math.floor(left / size)
    left -= whole * size
    if (whole > 0) parts.push(`${whole} ${unit === 'days' && whole === 1 ? 'day' : unit}`)
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.join(' ') || '0 s'
}

/** 20 November 2026, 08:00 UTC. */
export function timeText(epochMs: number): string {
  const date = new Date(epochMs)
  const day = date.toLocaleDateString('en-GB', { ...DAY, month: 'long', year: 'numeric' })
  return `${day}, ${date.toISOString().slice(11, 16)} UTC`
}

/** 20 Nov. */
export function dayText(epochMs: number): string {
  return new Date(epochMs).toLocaleDateString('en-GB', DAY)
}

const DAY = { timeZone: 'UTC', day: 'numeric', month: 'short' } as const

function wholeDigits(magnitude: number): number {
  return magnitude < 1 ? 0 : Math.floor(Math.log10(magnitude)) + 1
}
