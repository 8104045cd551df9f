import type { ComparedOutcome } from '../../rollout/comparison/compared-outputs.ts'
import { OBSERVED } from '../../rollout/rollout-messages.ts'
import { Buckets, LATENCY_BOUNDS } from '../metrics/buckets.ts'

/** What became of a request: a `fault` is an answer that no good model gives, `client-fault` one that the control fails as well. */
export const ANSWER_RESULTS = ['ok', 'error', 'fault', 'client-fault', 'forced'] as const
export type AnswerResult = (typeof ANSWER_RESULTS)[number]

const NOTHING_COMPARED = { agrees: 0, differs: 0, fails: 0, dropped: 0, 'too-large': 0 } as const

/** What this server has answered of one rollout, for its metrics. */
export class RolloutCounts {
  /** By variant. */
  readonly answers: readonly Record<AnswerResult, number>[]
  readonly latency: readonly Buckets[]
  /** By the served name of the model that was compared with the control. */
  readonly mirrored: ReadonlyMap<string, Record<ComparedOutcome, number>>

  constructor(variants: number, compared: readonly string[]) {
    const each = Array.from({ length: variants })
    this.answers = each.map(() => ({ ok: 0, error: 0, fault: 0, 'client-fault': 0, forced: 0 }))
    this.latency = each.map(() => new Buckets(LATENCY_BOUNDS))
    this.mirrored = new Map(compared.map((name) => [name, { ...NOTHING_COMPARED }]))
  }

  /** @param flags of `OBSERVED`. */
  answered(variant: number, flags: number, milliseconds: number): void {
    const answers = this.answers[variant]
    if (answers === undefined) return
    answers[resultOf(flags)] += 1
    this.latency[variant]?.observe(milliseconds / 1000)
  }

  compared(model: string, result: ComparedOutcome): void {
    const results = this.mirrored.get(model)
    if (results !== undefined) results[result] += 1
  }
}

function resultOf(flags: number): AnswerResult {
  if (flags === 0) return 'ok'
  if (flags & OBSERVED.forced) return 'forced'
  if (flags & OBSERVED.clientFault) return 'client-fault'
  return flags & OBSERVED.error ? 'error' : 'fault'
}
