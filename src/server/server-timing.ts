import type { Timing } from '../core/timing.ts'

/** '.000' to '.999', so that a duration is two array reads instead of a formatted double. */
const THOUSANDTHS = Array.from({ length: 1000 }, (_, n) => `.${String(n).padStart(3, '0')}`)

/** The value of a `Server-Timing` header (W3C Server Timing): milliseconds with three digits after the point. */
export function serverTiming(timing: Timing): string {
  return (
    `parse;dur=${milliseconds(timing.parse)}, queue;dur=${milliseconds(timing.queue)}, ` +
    `compute;dur=${milliseconds(timing.compute)}, serialise;dur=${milliseconds(timing.serialise)}`
  )
}

function milliseconds(duration: number): string {
  const microseconds = Math.round(duration * 1000)
  return Math.floor(microseconds / 1000) + THOUSANDTHS[microseconds % 1000]!
}
