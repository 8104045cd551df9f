import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { processTree } from './process-tree.ts'

/** A program that is run to its end. */
export interface RunPlan {
  readonly name: string
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface MeasuredRun {
  readonly seconds: number
  /** Of the program and all that it started: the sum of the most that each process ever held. */
  readonly peakBytes: number
  readonly output: string
}

const POLL_MS = 50

/** Runs a program from exec to exit. @throws Error where it fails */
export async function measuredRun({ name, command, env }: RunPlan): Promise<MeasuredRun> {
  const [program = '', ...args] = command
  const start = performance.now()
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let log = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-20_000)))
  const peaks = new Map<number, number>()
  const poll = setInterval(() => {
    for (const pid of processTree(child.pid ?? -1)) {
      peaks.set(pid, Math.max(peaks.get(pid) ?? 0, peakBytes(pid)))
    }
  }, POLL_MS)
  try {
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`${name} ended with ${code}:\n${log}`)
  } finally {
    clearInterval(poll)
  }
  const seconds = (performance.now() - start) / 1000
  return { seconds, peakBytes: [...peaks.values()].reduce((sum, peak) => sum + peak, 0), output }
}

/** The kernel's own high-water mark, so that no peak falls between two polls. */
function peakBytes(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024 || 0
  } catch {
    return 0 // it ended since the listing
  }
}
