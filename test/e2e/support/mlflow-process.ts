import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, dirname } from 'node:path'
import { freePort } from '../../fixtures/free-port.ts'
import { answers } from './answers.ts'
import { pythonPath } from './python.ts'

export interface MlflowPlan {
  /** Arguments of `mlflow`, without host and port. */
  readonly args: readonly string[]
  readonly cwd: string
  /** Path that is answered with 200 as soon as it serves. */
  readonly healthPath: string
  readonly env?: NodeJS.ProcessEnv
}

/** A real server of MLflow's command line, on a port of its own. */
export class MlflowProcess {
  readonly url: string
  readonly #child: ChildProcess
  #output = ''

  private constructor(plan: MlflowPlan, port: number) {
    this.url = `http://127.0.0.1:${port}`
    const binaries = dirname(pythonPath())
    const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env['PATH']}`, ...plan.env }
    const args = ['-m', 'mlflow', ...plan.args, '--host', '127.0.0.1', '--port', String(port)]
    // A group of its own, because the server's workers are processes that outlive it otherwise.
    this.#child = spawn(pythonPath(), args, {
      cwd: plan.cwd,
      // Its job queue is seven more processes that nothing here asks for.
      env: { ...env, MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    process.once('exit', this.#kill)
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString()
      })
    }
  }

  static async start(plan: MlflowPlan): Promise<MlflowProcess> {
    const server = new MlflowProcess(plan, await freePort())
    try {
      await answers(server.url + plan.healthPath, () => server.#isRunning())
      return server
    } catch (error) {
      await server.stop()
      throw new Error(`mlflow ${plan.args.join(' ')} did not start:\n${server.#output}`, { cause: error })
    }
  }

  async stop(): Promise<void> {
    process.off('exit', this.#kill)
    if (!this.#isRunning()) return
    const ended = once(this.#child, 'exit')
    this.#kill()
    await ended
  }

  #isRunning(): boolean {
    const { pid, exitCode, signalCode } = this.#child
    return pid !== undefined && exitCode === null && signalCode === null
  }

  readonly #kill = (): void => {
    if (this.#child.pid !== undefined && this.#isRunning()) process.kill(-this.#child.pid, 'SIGKILL')
  }
}
