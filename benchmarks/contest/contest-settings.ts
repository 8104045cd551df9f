import { pinning } from './pinning.ts'
import type { Settings } from './result.ts'
import type { Scenario } from './scenario.ts'

/** Connections and seconds of each closed loop. 64 come last: what they leave unanswered disturbs nobody. */
const CLOSED_LOOP = [
  { connections: 1, seconds: 2 },
  { connections: 8, seconds: 1 },
  { connections: 64, seconds: 3 },
]

const FOREIGN_CORES_LIMIT = 0.3

/** Of when this program began: it pins itself later on. */
const PINNING = pinning()

/** @param rounds of all contestants; 3 unless told otherwise. */
export function contestSettings(scenario: Scenario, quick: boolean, rounds = quick ? 1 : 3): Settings {
  return {
    ...PINNING,
    rounds,
    closedLoop: quick ? CLOSED_LOOP.map(({ connections }) => ({ connections, seconds: 1 })) : CLOSED_LOOP,
    warmSeconds: 2,
    p99LimitMs: scenario.p99LimitMs,
    foreignCoresLimit: FOREIGN_CORES_LIMIT,
    quick,
  }
}
