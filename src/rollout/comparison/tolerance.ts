import type { MirrorPlan } from '../rollout-plan.ts'

/** Numbers a and b (a the control's) are equal where |a - b| <= absolute + relative * |a|. */
export type Tolerance = Pick<MirrorPlan, 'relativeTolerance' | 'absoluteTolerance'>

/** Of differences that no tolerance allows: messages between threads hold finite numbers only. */
export const LARGEST_EXCESS = Number.MAX_VALUE

/**
 * |a - b| in units of what is allowed: above 1 is beyond the tolerance. NaN equals NaN, an infinity the same infinity; each
 * of them against anything else is LARGEST_EXCESS, as is any difference where none is allowed.
 */
export function excessOf(a: number, b: number, { relativeTolerance, absoluteTolerance }: Tolerance): number {
  if (a === b) return 0
  const difference = Math.abs(a - b)
  if (difference < Number.POSITIVE_INFINITY) {
    const excess = difference / (absoluteTolerance + relativeTolerance * Math.abs(a))
    return excess < LARGEST_EXCESS ? excess : LARGEST_EXCESS
  }
  return Number.isNaN(a) && Number.isNaN(b) ? 0 : LARGEST_EXCESS
}
