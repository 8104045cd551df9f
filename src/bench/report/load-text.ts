import { numberText } from '../../page/number-texts.ts'
import type { Load } from '../load.ts'

/** A load in a few words, for the row of a table. */
export function loadText(load: Load): string {
  if (load.kind === 'closed')
    return load.connections === 1 ? '1 connection' : `${load.connections} connections`
  const { arrivals, ratePerSecond } = load
  const pattern = arrivals.kind === 'bursts' ? `bursts of ${arrivals.size}` : arrivals.kind
  return `${numberText(ratePerSecond)}/s ${pattern}`
}
