export const OUTCOMES = ['pass', 'fail', 'skipped', 'not-applicable', 'not-run'] as const

export type Outcome = (typeof OUTCOMES)[number]

/** What a case is left with that does not simply hold. It is thrown, so that a case reads as a list of what must hold. */
export class Verdict extends Error {
  override readonly name = 'Verdict'
  readonly outcome: Outcome

  constructor(outcome: Outcome, message: string) {
    super(message)
    this.outcome = outcome
  }
}

/** @param text what was found instead of what must hold */
export function fail(text: string): never {
  throw new Verdict('fail', text)
}

/** @param text what must hold, as `the status is 200` */
export function must(holds: boolean, text: string, found?: unknown): asserts holds {
  if (!holds) fail(found === undefined ? text : `${text}, but found ${shown(found)}`)
}

/** The server does not have what the case is about, and need not. */
export function notApplicable(reason: string): never {
  throw new Verdict('not-applicable', reason)
}

/** It could be tried with another model, or with other options of the run. */
export function skip(reason: string): never {
  throw new Verdict('skipped', reason)
}

const LONGEST_SHOWN = 200

/** Any value as a reader sees it in a report. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : (JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ??
        String(value))
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}
