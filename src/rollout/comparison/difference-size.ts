import type { OutputDifference } from '../rollout-messages.ts'
import { LARGEST_EXCESS } from './tolerance.ts'

/**
 * How much an answer differs, to tell larger from smaller: 0 where it agrees, else the largest excess, 1 at least where only a
 * class is another one. Text and other shapes have no excess and count as most.
 */
export function differenceSize(differences: readonly OutputDifference[]): number {
  let largest = 0
  for (const difference of differences) largest = Math.max(largest, sizeOf(difference))
  return largest
}

function sizeOf({ different, excess = LARGEST_EXCESS, labels }: OutputDifference): number {
  if (different > 0) return excess
  return labels !== undefined && labels.different > 0 ? 1 : 0
}
