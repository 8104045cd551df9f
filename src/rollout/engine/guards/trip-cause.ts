import { percent } from '../view/words.ts'
import type { GuardName, Trip } from './guards.ts'

/** What each guard counts, as the end of "14 of 52". */
const WHAT: Readonly<Record<GuardName, string>> = {
  errors: 'requests failed',
  slow: 'answers were slow',
  faults: 'answers had faults (NaN, infinities or another shape)',
  disagreement: "compared answers differed from the control's",
  'outcome-loss': 'keys had no outcome in time',
}

/**
 * Why a variant was stopped, for people: "variant b: 14 of 52 requests failed, 2 % are allowed (e-value 230)".
 * @param slowMs from when on an answer is slow.
 */
export function tripCause(variant: string, { name, guard }: Trip, slowMs: number | undefined): string {
  const what =
    name === 'slow' && slowMs !== undefined ? `answers took over ${rounded(slowMs)} ms` : WHAT[name]
  const counts = `${guard.badEvents} of ${guard.events} ${what}`
  return `variant ${variant}: ${counts}, ${percent(guard.allowedRate)} are allowed (e-value ${eValueText(guard.eValue)})`
}

export function eValueText(eValue: number): string {
  return eValue < 1e6 ? rounded(eValue) : 'over a million'
}

/** Three digits that say something. */
function rounded(value: number): string {
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)))
}
