import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { availableResources, heapLimitMb, planThreads } from '../../src/runtime/cores.ts'

let root: string

/** A file system root with these files. */
function machine(files: Readonly<Record<string, string>>): string {
  root = mkdtempSync(join(tmpdir(), 'cores-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

afterEach(() => rmSync(root, { recursive: true, force: true }))

test('without control groups all of the machine is there', () => {
  expect(availableResources(machine({}))).toEqual({ cores: availableParallelism(), memoryBytes: totalmem() })
})

test('the quota and memory limit of a version 2 group hold, those above it too', () => {
  const files = {
    'proc/self/cgroup': '0::/pods/one\n',
    'sys/fs/cgroup/pods/memory.max': '100000000\n',
    'sys/fs/cgroup/pods/cpu.max': 'max 100000\n',
    'sys/fs/cgroup/pods/one/memory.max': 'max\n',
    'sys/fs/cgroup/pods/one/cpu.max': '150000 100000\n',
  }
  expect(availableResources(machine(files))).toEqual({ cores: 1, memoryBytes: 100_000_000 })
})

test('in a container the files lie at the root of the mount', () => {
  const files = {
    'proc/self/cgroup': '0::/../../host/path\n',
    'sys/fs/cgroup/cpu.max': '50000 100000\n',
    'sys/fs/cgroup/memory.max': '64000000\n',
  }
  expect(availableResources(machine(files))).toEqual({ cores: 1, memoryBytes: 64_000_000 })
})

test('version 1 groups are read, and their way to say unlimited', () => {
  const files = {
    'proc/self/cgroup': '3:cpu,cpuacct:/docker/x\n2:memory:/docker/x\n1:pids:/\n0::/\n',
    'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
    'sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us': '100000\n',
    'sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us': '100000\n',
    'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    'sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes': '200000000\n',
  }
  expect(availableResources(machine(files))).toEqual({ cores: 1, memoryBytes: 200_000_000 })
})

test.each([
  { threads: 4, weightBytes: 0, workers: 4, intraOpThreads: 1 },
  { threads: 4, weightBytes: 100, workers: 4, intraOpThreads: 1 },
  { threads: 4, weightBytes: 200, workers: 2, intraOpThreads: 2 },
  { threads: 4, weightBytes: 150, workers: 3, intraOpThreads: 1 },
  { threads: 4, weightBytes: 2000, workers: 1, intraOpThreads: 4 },
])('$threads threads and copies of $weightBytes in a memory of 1000', (row) => {
  const { threads, weightBytes, workers, intraOpThreads } = row
  expect(planThreads({ threads, weightBytes, memoryBytes: 1000 })).toEqual({ workers, intraOpThreads })
})

test.each([
  [4, 64 * 1024 ** 3, 2048],
  [4, 8 * 1024 ** 3, 1024],
  [4, 1024 ** 3, 512],
])('the heap of %i workers on %i bytes is limited to %i MB each', (workers, memoryBytes, limit) => {
  expect(heapLimitMb(workers, memoryBytes)).toBe(limit)
})
