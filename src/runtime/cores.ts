import { readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'

/** What this process may use of the machine. */
export interface Resources {
  /** Whole cores, at least 1. */
  readonly cores: number
  readonly memoryBytes: number
}

/** Threads of one pooled model. */
export interface ThreadPlan {
  readonly workers: number
  readonly intraOpThreads: number
}

export interface ThreadNeeds {
  /** Threads that the pool may have in all. */
  readonly threads: number
  /** What each worker's copy of the model weighs. */
  readonly weightBytes: number
  readonly memoryBytes: number
}

/** `availableParallelism()` follows the CPU set but not a CPU quota of a container (Node 24). */
export function availableResources(root = '/'): Resources {
  const folders = cgroupFolders(root)
  const quotas = folders.map(cpuQuota)
  const limits = folders.map(memoryLimit)
  return {
    cores: Math.max(1, Math.floor(Math.min(availableParallelism(), ...quotas))),
    memoryBytes: Math.min(totalmem(), ...limits),
  }
}

/**
 * One thread a worker, which gives the most throughput, unless the copies of the weights would take more than
 * half of the memory: then fewer workers with more threads each.
 */
export function planThreads({ threads, weightBytes, memoryBytes }: ThreadNeeds): ThreadPlan {
  const copies = weightBytes === 0 ? threads : Math.floor(memoryBytes / 2 / weightBytes)
  const workers = Math.max(1, Math.min(threads, copies))
  return { workers, intraOpThreads: Math.max(1, Math.floor(threads / workers)) }
}

const SMALLEST_HEAP_MB = 512
const LARGEST_HEAP_MB = 2048

/**
 * The limit of each worker's JavaScript heap, in megabytes: its share of half of the memory, within bounds. Under the
 * lower one a large request would be more likely to end the process than to end its worker: V8 gives up the whole
 * process where a heap is full within one call of its own functions.
 */
export function heapLimitMb(workers: number, memoryBytes: number): number {
  const share = Math.floor(memoryBytes / 2 / workers / 1024 / 1024)
  return Math.min(Math.max(share, SMALLEST_HEAP_MB), LARGEST_HEAP_MB)
}

interface CgroupFolder {
  readonly version: 1 | 2
  readonly path: string
}

/** Folders whose limits hold for this process: its own cgroups and all above them. */
function cgroupFolders(root: string): CgroupFolder[] {
  const folders: CgroupFolder[] = []
  for (const line of (readText(join(root, 'proc/self/cgroup')) ?? '').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.+)$/.exec(line) ?? []
    if (path === undefined) continue
    if (controllers === '') folders.push(...upwards(2, join(root, 'sys/fs/cgroup'), path))
    else if (/(^|,)(cpu|memory)(,|$)/.test(controllers ?? '')) {
      folders.push(...upwards(1, join(root, 'sys/fs/cgroup', controllers!), path))
    }
  }
  return folders
}

/** In a container the path is often that of the host: the folders that exist are found all the same. */
function upwards(version: 1 | 2, mount: string, path: string): CgroupFolder[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..')
  return Array.from({ length: parts.length + 1 }, (_, depth) => ({
    version,
    path: join(mount, ...parts.slice(0, depth)),
  }))
}

/** In cores; Infinity where there is none. */
function cpuQuota({ version, path }: CgroupFolder): number {
  const [quota, period] =
    version === 2
      ? (readText(join(path, 'cpu.max')) ?? '').trim().split(' ')
      : [readText(join(path, 'cpu.cfs_quota_us')), readText(join(path, 'cpu.cfs_period_us'))]
  const cores = Number(quota) / Number(period)
  return cores > 0 ? cores : Number.POSITIVE_INFINITY
}

function memoryLimit({ version, path }: CgroupFolder): number {
  const text = readText(join(path, version === 2 ? 'memory.max' : 'memory.limit_in_bytes'))
  const bytes = Number(text ?? Number.NaN)
  return bytes > 0 ? bytes : Number.POSITIVE_INFINITY
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
