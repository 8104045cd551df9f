import { seededRandom } from '../../core/seeded-random.ts'
import type { Payload } from '../target.ts'
import type { RequestPlan } from './request-plan.ts'

/** Bytes up to which there are as many bodies as wanted: each sender holds all of them. */
const MOST_BYTES = 32 * 1024 * 1024
/** Seeds of neighbouring bodies lie apart, so that no two runs of neighbouring seeds share bodies. */
const SEEDS_APART = 7919

export interface Generation {
  readonly variants: number
  readonly seed: number
  readonly headers: Readonly<Record<string, string>>
  /** Of an answer that succeeded. */
  readonly status: number
}

/** Bodies of a plan, each with values of its own: at least two, and fewer than wanted where they are large. */
export function generatePayloads(plan: RequestPlan, generation: Generation): readonly Payload[] {
  const payloads: Payload[] = []
  let bytes = 0
  while (payloads.length < generation.variants && (bytes < MOST_BYTES || payloads.length < 2)) {
    const payload = generatedPayload(plan, generation, payloads.length)
    bytes += payload.body?.byteLength ?? 0
    payloads.push(payload)
  }
  return payloads
}

/** One of them; the status alone is checked. */
export function generatedPayload(
  plan: RequestPlan,
  { seed, headers, status }: Omit<Generation, 'variants'>,
  variant: number,
): Payload {
  const made = plan.make(seededRandom(seed * SEEDS_APART + variant))
  return {
    name: 'generated',
    weight: 1,
    method: plan.method,
    path: plan.path,
    headers: { ...made.headers, ...headers },
    body: made.body,
    rows: plan.rows,
    expected: { status },
  }
}
