import { readFileSync } from 'node:fs'

/** Which CPUs servers get, and which the generator, as taskset takes them: the same for everyone. */
export interface Pinning {
  readonly serverCpus: string
  readonly loadCpus: string
}

/** One CPU in four is for the generator, and at least one; a single one is for both. */
export function pinning(cpus: readonly number[] = allowedCpus()): Pinning {
  const forLoad = Math.max(1, Math.floor(cpus.length / 4))
  const servers = cpus.length > forLoad ? cpus.slice(0, -forLoad) : cpus
  return { serverCpus: listOf(servers), loadCpus: listOf(cpus.slice(-forLoad)) }
}

/** @param list as taskset takes it: `0-2,5`. */
export function countCpus(list: string): number {
  return cpusOf(list).length
}

/** @param list as taskset takes it. */
export function firstCpu(list: string): string {
  return String(cpusOf(list)[0] ?? 0)
}

/** Those that this process may run on. */
function allowedCpus(): readonly number[] {
  const status = readFileSync('/proc/self/status', 'utf8')
  return cpusOf(/^Cpus_allowed_list:\s+(\S+)$/m.exec(status)?.[1] ?? '0')
}

function cpusOf(list: string): readonly number[] {
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
  })
}

/** `0-2,5` */
function listOf(cpus: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const cpu of cpus) {
    const range = ranges.at(-1)
    if (range?.[1] === cpu - 1) range[1] = cpu
    else ranges.push([cpu, cpu])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}
