import type { BatchPlan } from '../batching/batch-plan.ts'
import { maskedRows, type SequenceLayout } from '../batching/masked-rows.ts'
import { PLAIN_ROWS } from '../batching/plain-rows.ts'
import type { RowJoining } from '../batching/row-joining.ts'
import { boundedRows, fewerLargeRows } from './bounded-rows.ts'
import { timeAlong } from './measured-times.ts'
import type { PlanFacts, SequenceFacts } from './tuned-plan.ts'

/** How rows are joined by a plan. */
export function joiningOf({
  sequences,
  triedElements,
}: Pick<PlanFacts, 'sequences' | 'triedElements'>): RowJoining {
  const joining = sequences === undefined ? PLAIN_ROWS : maskedRows(layoutOf(sequences))
  return triedElements === undefined ? joining : boundedRows(joining, triedElements)
}

/** The plan that plain data tells of. @param joining `joiningOf` the same facts. */
export function planOf(facts: PlanFacts, joining: RowJoining): BatchPlan {
  const { sizes, times, triedElements } = facts
  const plan = { sizes, joining, runMs: (rows: number) => timeAlong(times, rows) }
  if (triedElements === undefined) return plan
  return { ...plan, mostRowsFor: fewerLargeRows(triedElements, sizes.at(-1)!) }
}

export function sequenceFacts({ mask, inputs, outputs }: SequenceLayout): SequenceFacts {
  return { mask, inputs: [...inputs], outputs: [...outputs] }
}

function layoutOf({ mask, inputs, outputs }: SequenceFacts): SequenceLayout {
  return { mask, inputs: new Set(inputs), outputs: new Map(outputs) }
}
