import type { Measurement } from '../measurement.ts'

/** Where the mean latency of a load went, in milliseconds. */
export interface TimeSpent {
  readonly meanMs: number
  /** As the server tells them in `Server-Timing`, in its order; those that took no time are left out. */
  readonly stages: readonly SpentStage[]
  /** What the server tells in all: its metric `total`, else the sum of its stages. */
  readonly serverMs: number
  /**
   * What it does not tell of: the network, and waiting to be sent and to be read by it. Undefined where the server tells of
   * more than the whole latency, since its stages overlap.
   */
  readonly elsewhereMs: number | undefined
}

export interface SpentStage {
  readonly name: string
  readonly milliseconds: number
}

/** What is called `elsewhere`, for a person. */
export const ELSEWHERE = 'the network, and waiting to be sent and to be read'

const TOTAL = 'total'
/** Of the latency: the stages are means of a sample of the answers. */
const INEXACT = 0.02

/** @returns undefined where the server tells of no stage. */
export function timeSpent({ stagesMs, latencyMs }: Measurement): TimeSpent | undefined {
  const told = Object.entries(stagesMs).filter(([, milliseconds]) => milliseconds > 0)
  if (told.length === 0) return undefined
  const total = told.find(([name]) => name.toLowerCase() === TOTAL)?.[1]
  const named = told.filter(([name]) => name.toLowerCase() !== TOTAL)
  const stages = named.map(([name, milliseconds]) => ({ name, milliseconds }))
  const sum = stages.reduce((all, { milliseconds }) => all + milliseconds, 0)
  const isMore = total !== undefined && total > sum * (1 + INEXACT)
  const serverMs = total ?? sum
  const elsewhere = latencyMs.mean - serverMs
  return {
    meanMs: latencyMs.mean,
    stages: isMore
      ? [...stages, { name: stages.length > 0 ? 'rest of total' : TOTAL, milliseconds: total - sum }]
      : stages,
    serverMs,
    elsewhereMs: elsewhere < -INEXACT * latencyMs.mean ? undefined : Math.max(0, elsewhere),
  }
}
