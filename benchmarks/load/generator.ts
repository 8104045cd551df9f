import { execFile } from 'node:child_process'
import { onInterruption } from '../lib/interruption.ts'

/** A program that makes load, and prints what came of it. */
export interface Generator {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** CPUs that it is pinned to, as taskset takes them. */
  readonly cpus: string
}

/** Runs one to its end. @returns what follows `RESULT ` in what it printed. @throws Error where it fails */
export function runGenerator({ program, args, env, cpus }: Generator): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const
    const child = execFile('taskset', ['-c', cpus, program, ...args], options, (error, stdout, stderr) => {
      settle()
      if (error !== null) reject(new Error(`${program} failed: ${stderr || stdout || error.message}`))
      else resolve(resultOf(stdout))
    })
    const settle = onInterruption(() => child.kill('SIGKILL'))
  })
}

/** From the line `RESULT {…}` that a generator prints. */
export function resultOf(printed: string): unknown {
  const line = /^RESULT (.*)$/m.exec(printed)?.[1]
  if (line === undefined) throw new Error(`The generator gave no result:\n${printed}`)
  return JSON.parse(line)
}

const CONTENT_TYPE = 'Content-Type'

/** `Name: value` each; of JSON, unless they say otherwise. */
export function headerLines(headers: Readonly<Record<string, string>> = {}): readonly string[] {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === CONTENT_TYPE.toLowerCase())
  return hasType ? lines : [`${CONTENT_TYPE}: application/json`, ...lines]
}
