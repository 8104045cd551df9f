import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessGroup } from './process-group.ts'
import type { CpuUse, Round } from './result.ts'

/** What the loop of an engine prints as a line of its own; it goes on living until it is ended. */
interface Printed {
  readonly runs: number
  readonly seconds: number
}

const POLL_MS = 50
const TIMEOUT_MS = 120_000

/**
 * @param meter begins to measure.
 * @returns the loop of an engine as a round with one load, of no connections and no latencies.
 */
export async function engineRound(group: ProcessGroup, meter: () => () => CpuUse): Promise<Round> {
  const at = new Date().toISOString()
  await printed(group, /^begin$/m)
  const cpuSince = meter()
  const { runs, seconds } = JSON.parse(await printed(group, /^\{.*"runs".*\}$/m)) as Printed
  const cpu = cpuSince()
  const load = {
    ...{ connections: 0, seconds, requests: runs, failed: 0, requestsPerSecond: runs / seconds },
    ...{ p50Us: 0, p90Us: 0, p99Us: 0, p999Us: 0, maxUs: 0 },
    ...cpu,
    cpuUs: (cpu.serverSeconds / runs) * 1e6,
  }
  return { at, startMs: 0, loads: [load], memory: group.memory() }
}

/** Waits for a line in the log. */
async function printed(group: ProcessGroup, line: RegExp): Promise<string> {
  const end = performance.now() + TIMEOUT_MS
  while (performance.now() < end) {
    const found = line.exec(group.log)?.[0]
    if (found !== undefined) return found
    if (group.exited !== undefined) break
    await sleep(POLL_MS)
  }
  throw new Error(`the loop printed no result: ${group.log.slice(-300)}`)
}
