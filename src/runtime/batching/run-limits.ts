import type { Placement } from '../served-model.ts'
import type { SizeLimits } from './batch-sizes.ts'

/** How long runs may take, and how long those of one turn together, by where they run. */

/** The longest that one run may keep the serving thread from everything else, as far as it can be foreseen. */
export const LONGEST_INLINE_RUN_MS = 5

/**
 * Inline, calls that run as they came go on for so long in one turn, and whichever is begun by then is the last. With a
 * turn for each, whose replies leave one by one and wake their clients one by one, a light model that is not batched had
 * 0.66 to 0.94 of its rate (32 connections, busy machine).
 */
export const SINGLE_RUNS_MS = 1

/** Of a row, where nobody could measure it: the time under which models are placed inline. */
export const UNMEASURED_ROW_MS = 0.5

/** About what it costs to hand a run to another thread and its outputs back. */
const HOP_MS = 0.15

export const RUN_LIMITS: Readonly<Record<Placement, Omit<SizeLimits, 'mostRows'>>> = {
  inline: { longestRunMs: LONGEST_INLINE_RUN_MS, shortestRunMs: Number.POSITIVE_INFINITY },
  pool: { longestRunMs: Number.POSITIVE_INFINITY, shortestRunMs: HOP_MS },
}
