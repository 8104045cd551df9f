import { coresOf, listOf } from '../../src/bench/processes/core-list.ts'
import { allowedCores } from '../../src/bench/processes/cores.ts'

/** Which CPUs servers get, and which the generator, as taskset takes them: the same for everyone. */
export interface Pinning {
  readonly serverCpus: string
  readonly loadCpus: string
}

/** One CPU in four is for the generator, and at least one; a single one is for both. */
export function pinning(cpus: readonly number[] = allowedCores()): Pinning {
  const forLoad = Math.max(1, Math.floor(cpus.length / 4))
  const servers = cpus.length > forLoad ? cpus.slice(0, -forLoad) : cpus
  return { serverCpus: listOf(servers), loadCpus: listOf(cpus.slice(-forLoad)) }
}

/** @param list as taskset takes it: `0-2,5`. */
export function countCpus(list: string): number {
  return coresOf(list).length
}

/** @param list as taskset takes it. */
export function firstCpu(list: string): string {
  return String(coresOf(list)[0] ?? 0)
}
