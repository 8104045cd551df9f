import { median } from './report.ts'

const ROUNDS = 7
const ROUND_MS = 150

/** Median microseconds of one call, as the CPU spends them: others on the machine make it wait, but not work. */
export function callCost(call: () => unknown): number {
  const calls = callsOfARound(call)
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = process.threadCpuUsage()
    for (let made = 0; made < calls; made += 1) call()
    const { user, system } = process.threadCpuUsage(start)
    return (user + system) / calls
  })
  return median(rounds)
}

/** Found by doubling, which warms the call up as well. */
function callsOfARound(call: () => unknown): number {
  for (let calls = 1; ; calls *= 2) {
    const start = performance.now()
    for (let made = 0; made < calls; made += 1) call()
    if (performance.now() - start > ROUND_MS / 2) return calls * 2
  }
}
