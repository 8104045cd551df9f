import type { OutputDifference } from '../rollout-messages.ts'
import { LARGEST_EXCESS } from './tolerance.ts'

/** How much an answer differs, to tell larger from smaller: the largest excess; text and shapes have none and count as most. */
export function differenceSize(differences: readonly OutputDifference[]): number {
  let largest = 0
  for (const { different, excess } of differences) {
    const size = excess ?? (different > 0 ? LARGEST_EXCESS : 0)
    if (size > largest) largest = size
  }
  return largest
}
