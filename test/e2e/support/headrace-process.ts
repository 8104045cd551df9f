import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Many times what it takes, for a machine that does other things as well. */
const START_TIMEOUT_MS = 60_000

/** Models that come to a running server are tried in idle time, of which such a machine has little. */
const PATIENT = { HEADRACE_TRIAL_TIMEOUT: '300' }

export interface ProcessPlan {
  /** Program and arguments; `[]` runs the sources of this clone. */
  readonly command?: readonly string[]
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The command line of this clone, run from its sources. */
export const FROM_SOURCES: readonly string[] = [process.execPath, `${ROOT}src/cli/main.ts`]

/** A real `headrace` process. Its port is the operating system's choice, read from the start banner. */
export class HeadraceProcess {
  readonly #child: ChildProcess
  /** Its output is complete then, which it need not be when it exits. */
  readonly #closed: Promise<unknown>
  #isClosed = false
  #stdout = ''
  #stderr = ''

  constructor(plan: ProcessPlan) {
    const [program = '', ...first] = plan.command ?? FROM_SOURCES
    this.#child = spawn(program, [...first, ...plan.args], {
      cwd: plan.cwd ?? ROOT,
      env: { ...PATIENT, ...process.env, ...plan.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#closed = once(this.#child, 'close').finally(() => {
      this.#isClosed = true
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString()
    })
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString()
    })
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  get output(): string {
    return this.#stdout + this.#stderr
  }

  /** @returns the base URL that the banner names, once the server listens. */
  listening(timeoutMs = START_TIMEOUT_MS): Promise<string> {
    return this.printed(/(?<=is listening on )https?:\/\/[^\s,"]+/, timeoutMs)
  }

  /** Waits until the output matches. @returns the text that did. */
  async printed(pattern: RegExp, timeoutMs = START_TIMEOUT_MS): Promise<string> {
    const end = performance.now() + timeoutMs
    for (;;) {
      const isLast = this.#isClosed
      const found = pattern.exec(this.output)?.[0]
      if (found !== undefined) return found
      if (isLast || performance.now() > end) {
        throw new Error(`headrace did not print ${pattern}:\n${this.output}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async finished(): Promise<Finished> {
    await this.#closed
    return { code: this.#child.exitCode, stdout: this.#stdout, stderr: this.#stderr }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** As a person at a terminal does: without waiting for balancers to notice. */
  async stop(): Promise<Finished> {
    this.signal('SIGINT')
    return this.finished()
  }

  /** As an orchestrator does. */
  async terminate(): Promise<Finished> {
    this.signal('SIGTERM')
    return this.finished()
  }
}

/** Runs a command of this clone, or another, to its end. */
export async function run(plan: ProcessPlan): Promise<Finished> {
  return new HeadraceProcess(plan).finished()
}
