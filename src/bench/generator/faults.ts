import type { SettledPlan } from './load-plan.ts'
import type { LoadResult, Outcome } from './load-result.ts'

/** A thread that works for more of its time reads answers late. */
const MOST_BUSY = 0.95
/** A thread that waits for a processor for more of its time reads answers late. */
const MOST_STARVED = 0.2
/** More arrivals without a connection change what the load is. */
const MOST_WAITED = 0.01

type Figures = Pick<LoadResult, 'lagMs' | 'busyShare' | 'starvedShare' | 'waited' | 'threads'>

/** Why a load was not what it was to be; those of the generator first. */
export function faultsOf(plan: SettledPlan, { offered }: Outcome, figures: Figures): readonly string[] {
  if (offered === 0) return ['No request arrived in the measured time']
  const { waited } = figures
  const faults = generatorFaults(plan, figures)
  if (waited <= MOST_WAITED * offered) return faults
  return [
    ...faults,
    `${waited} of ${offered} requests found all ${plan.maxConnections} connections taken: the server is slower than the load, or needs more connections`,
  ]
}

/** Why the generator was the limit, where it was: such a load says nothing of the server. */
export function generatorFaults({ maxLagMs }: SettledPlan, figures: Figures): readonly string[] {
  const { lagMs, busyShare, starvedShare = 0 } = figures
  const faults: string[] = []
  if (lagMs.p99 > maxLagMs) {
    faults.push(
      `One request in a hundred was sent ${lagMs.p99} ms or more after its time: the generator was the limit`,
    )
  }
  if (starvedShare > MOST_STARVED) {
    faults.push(
      `A thread of the generator waited for a processor ${percent(starvedShare)} of its time: this machine has none left for it`,
    )
  }
  if (busyShare > MOST_BUSY) {
    faults.push(`A thread of the generator worked ${percent(busyShare)} of its time: ${moreThreads(figures)}`)
  }
  return faults
}

function moreThreads({ threads }: Figures): string {
  return `the generator was the limit with ${threads} thread${threads === 1 ? '' : 's'}`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
