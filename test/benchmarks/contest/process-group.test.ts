import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cpuMeter } from '../../../benchmarks/contest/cpu-meter.ts'
import { ProcessGroup } from '../../../benchmarks/contest/process-group.ts'

const GROUP = fileURLToPath(new URL('../../../benchmarks/contest/process-group.ts', import.meta.url))
const DEADLINE_MS = 30_000

let folder: string
let group: ProcessGroup | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headrace-group-'))
})

afterEach(async () => {
  await group?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function start(script: string): ProcessGroup {
  group = ProcessGroup.start({ command: ['bash', '-c', script], path: '/' }, { cpus: '0', folder })
  return group
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + DEADLINE_MS
  while (!condition()) {
    if (performance.now() > end) throw new Error('It did not happen in time')
    await sleep(20)
  }
}

function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Of what wrote its pid to a file in the folder. */
async function pidIn(file: string): Promise<number> {
  await until(() => existsSync(join(folder, file)) && readFileSync(join(folder, file), 'utf8').includes('\n'))
  return Number(readFileSync(join(folder, file), 'utf8'))
}

const DAEMON = "setsid bash -c 'echo $$ > daemon; exec sleep 600' < /dev/null &"

describe('a process group', () => {
  test('ends what daemonised away in a session of its own, and what its environment was taken from', async () => {
    const running = start(`${DAEMON} (env -i bash -c 'echo $$ > bare; exec sleep 600') & sleep 600`)
    const pids = [await pidIn('daemon'), await pidIn('bare')]
    // One that is just being replaced by another program has no memory to show.
    await until(() => running.memory().processes >= 4)
    await running.stop()
    expect(pids.map(lives)).toEqual([false, false])
  })

  test('goes on where its first process ends well and others stay', async () => {
    const running = start(`${DAEMON} echo $$ > first`)
    const pid = await pidIn('daemon')
    const first = await pidIn('first')
    await until(() => !lives(first))
    await sleep(500)
    expect([running.exited, lives(pid)]).toEqual([undefined, true])
    await running.stop()
    expect([running.exited, lives(pid)]).toEqual(['exit code 0', false])
  })

  test('kills what does not heed SIGTERM', async () => {
    const running = start("trap '' TERM; echo $$ > stubborn; while :; do sleep 0.1; done")
    const pid = await pidIn('stubborn')
    await running.stop()
    expect([running.exited, lives(pid)]).toEqual(['SIGKILL', false])
  })

  test('says how it ended, and what it printed last', async () => {
    const running = start('seq 1 20000; echo oops >&2; exit 3')
    await until(() => running.exited !== undefined)
    expect(running.exited).toBe('exit code 3')
    expect(running.log).toMatch(/\n20000\noops\n$/)
    expect(running.log.length).toBe(20_000)
    await running.stop()
    expect(running.log).toMatch(/oops\n$/)
  })

  test('counts the processor time of children that have ended, and is pinned', async () => {
    const burn = 'for ((i = 0; i < 300000; i++)); do :; done'
    const running = start(`grep Cpus_allowed_list /proc/self/status; bash -c '${burn}'; echo done; sleep 600`)
    const meter = cpuMeter(running, { foreignCoresLimit: 0.3 })
    await until(() => running.log.includes('done'))
    const use = meter()
    expect(running.log).toMatch(/Cpus_allowed_list:\s+0\n/)
    expect(use.serverSeconds).toBeGreaterThan(0.1)
    expect(running.cpuSeconds()).toBeGreaterThanOrEqual(use.serverSeconds)
    expect(running.memory().rssBytes).toBeGreaterThanOrEqual(running.memory().pssBytes)
    expect(running.memory().pssBytes).toBeGreaterThan(0)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing when its starter gets %s', async (signal) => {
    const starter = startFromAnother()
    const pid = await pidIn('daemon')
    starter.kill(signal)
    const [, endedBy] = (await once(starter, 'exit')) as [number | null, string | null]
    expect(endedBy).toBe(signal)
    await until(() => !lives(pid))
    expect(existsSync(folder)).toBe(false)
  })
})

function startFromAnother(): ChildProcess {
  const launch = { command: ['bash', '-c', `${DAEMON} sleep 600`], path: '/' }
  const program = join(folder, 'starter.ts')
  writeFileSync(
    program,
    `const { ProcessGroup } = await import(${JSON.stringify(GROUP)})
     ProcessGroup.start(${JSON.stringify(launch)}, { cpus: '0', folder: ${JSON.stringify(folder)} })
     setInterval(() => {}, 1000)`,
  )
  return spawn(process.execPath, [program], { stdio: 'ignore' })
}
