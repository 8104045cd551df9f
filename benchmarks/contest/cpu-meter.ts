import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { processStat, TICKS_PER_SECOND } from '../lib/process-stat.ts'
import type { ProcessGroup } from './process-group.ts'
import type { CpuUse, Settings } from './result.ts'

type Measured = Pick<ProcessGroup, 'cpuSeconds'>
type Limit = Pick<Settings, 'foreignCoresLimit'>

const QUIET_MS = 500

/** Begins to measure. @returns what tells how the processors were used since then, at any time and as often as wanted. */
export function cpuMeter(group: Measured, { foreignCoresLimit }: Limit): () => CpuUse {
  const before = reading(group)
  return () => {
    const after = reading(group)
    const seconds = after.at - before.at
    const serverSeconds = Math.max(0, after.server - before.server)
    const load = after.load - before.load
    const stolenCores = (after.stolen - before.stolen) / seconds
    const foreignCores = Math.max(0, after.busy - before.busy - serverSeconds - load) / seconds
    return {
      ...{ serverSeconds, serverCores: serverSeconds / seconds, loadCores: load / seconds },
      ...{ foreignCores, stolenCores },
      disturbed: foreignCores + stolenCores > foreignCoresLimit,
    }
  }
}

/** Waits for half a second in which nobody else is at work. @returns false where none came within `waitMs`. */
export async function quiet(group: Measured, limit: Limit, waitMs: number): Promise<boolean> {
  const end = performance.now() + waitMs
  do {
    const meter = cpuMeter(group, limit)
    await sleep(QUIET_MS)
    if (!meter().disturbed) return true
  } while (performance.now() < end)
  return false
}

/** In seconds since some time in the past. */
interface Reading {
  readonly at: number
  /** All processors. */
  readonly busy: number
  readonly stolen: number
  readonly server: number
  /** This process, and what it has started and waited for: generators, which have ended by then. */
  readonly load: number
}

function reading(group: Measured): Reading {
  const { busy, stolen } = processors()
  const load = processStat(process.pid)?.cpuSeconds ?? 0
  return { at: performance.now() / 1000, busy, stolen, load, server: group.cpuSeconds() }
}

/** The first line of proc_stat(5). */
function processors(): Pick<Reading, 'busy' | 'stolen'> {
  const line = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? ''
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = line
    .split(/\s+/)
    .slice(1)
    .map((ticks) => Number(ticks) / TICKS_PER_SECOND)
  const own = INTERRUPTS_APART ? 0 : interrupts + softInterrupts
  return { busy: user + nice + system + own, stolen }
}

/**
 * Most of the time of interrupts is that of the load's own packets. Kernels with IRQ_TIME_ACCOUNTING count it for no
 * process, so there it must not count as busy either, or it would seem to be foreign.
 */
const INTERRUPTS_APART = kernelConfig()?.includes('\nCONFIG_IRQ_TIME_ACCOUNTING=y\n') ?? true

/** @returns undefined where this machine does not tell. */
function kernelConfig(): string | undefined {
  const file = `/boot/config-${release()}`
  if (existsSync('/proc/config.gz')) return gunzipSync(readFileSync('/proc/config.gz')).toString()
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
