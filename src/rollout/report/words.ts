import { numberText, percentText, SPACE } from '../../page/number-texts.ts'
import type { RolloutPhase } from '../rollout-state.ts'
import type { GuardView, RolloutView } from '../rollout-view.ts'

/** What an outcome's mean is called, and how it and differences of it are written. */
export interface OutcomeWords {
  readonly mean: string
  readonly value: (mean: number) => string
  /** With its sign; of rates in points, which are hundredths. */
  readonly difference: (difference: number) => string
  /** As `difference`, without the unit, for an axis under `inUnit`. */
  readonly tick: (difference: number) => string
  readonly inUnit: string
  readonly interval: (interval: { readonly low: number; readonly high: number }) => string
}

export const OUTCOME_WORDS: Readonly<Record<RolloutView['outcomeKind'], OutcomeWords>> = {
  binary: {
    mean: 'Success rate',
    value: percentText,
    difference: (by) => `${signed(by * 100)}${SPACE}points`,
    tick: (by) => signed(by * 100),
    inUnit: ', in points',
    interval: ({ low, high }) => `${signed(low * 100)} to ${signed(high * 100)}${SPACE}points`,
  },
  numeric: {
    mean: 'Mean outcome',
    value: numberText,
    difference: signed,
    tick: signed,
    inUnit: '',
    interval: ({ low, high }) => `${signed(low)} to ${signed(high)}`,
  },
}

export const PHASE_WORDS: Readonly<Record<RolloutPhase, string>> = {
  running: 'Running',
  promoted: 'Promoted',
  aborted: 'Aborted',
  'rolled-back': 'Rolled back',
}

export const GUARD_WORDS: Readonly<Record<GuardView['guard'], string>> = {
  errors: 'Errors',
  slow: 'Slow answers',
  faults: 'Faulty outputs',
  disagreement: 'Other outputs than the control',
  'outcome-loss': 'Missing outcomes',
}

function signed(value: number): string {
  if (value === 0) return '0'
  return value < 0 ? `−${numberText(-value)}` : `+${numberText(value)}`
}
