import { setTimeout as sleep } from 'node:timers/promises'
import type { Podman } from './podman.ts'
import type { Executed } from './programs.ts'

/** Many times what it takes, for a machine that does other things as well. */
const START_TIMEOUT_MS = 60_000

/** A container that runs in the background. */
export class Container {
  readonly name: string
  readonly #podman: Podman

  constructor(podman: Podman, name: string) {
    this.#podman = podman
    this.name = name
  }

  async logs(): Promise<string> {
    const { stdout, stderr } = await this.#podman.podman('logs', this.name)
    return stdout + stderr
  }

  exec(...args: string[]): Promise<Executed> {
    return this.#podman.podman('exec', this.name, ...args)
  }

  /** Waits until a URL is answered with 200. */
  async answers(url: string): Promise<void> {
    await this.#until(`${url} is answered`, async () => (await fetch(url)).status === 200)
  }

  /** Waits until its log says that it listens: nobody asks it for that. */
  async listens(): Promise<void> {
    await this.#until('it listens', async () => (await this.logs()).includes('is listening on'))
  }

  /** Waits until its own health check holds. */
  async isHealthy(): Promise<void> {
    await this.#until('it is healthy', async () => {
      await this.#podman.podman('healthcheck', 'run', this.name)
      return true
    })
  }

  /** @returns its exit code, and how long it took to end */
  async terminate(): Promise<{ readonly code: number; readonly milliseconds: number }> {
    const start = performance.now()
    await this.#podman.podman('kill', '--signal', 'TERM', this.name)
    const { stdout } = await this.#podman.podman('wait', '--interval', '10ms', this.name)
    return { code: Number(stdout.trim()), milliseconds: performance.now() - start }
  }

  /** Ends it at once. */
  async remove(): Promise<void> {
    await this.#podman.podman('rm', '--force', '--time', '0', this.name)
  }

  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + START_TIMEOUT_MS
    let problem: unknown
    const fails = (error: unknown): boolean => {
      problem = error
      return false
    }
    for (;;) {
      if (await holds().catch(fails)) return
      const { stdout } = await this.#podman.podman('inspect', '--format', '{{.State.Running}}', this.name)
      if (stdout.trim() !== 'true' || performance.now() > end) {
        throw new Error(`${this.name} has ended, or it takes too long until ${what}:\n${await this.logs()}`, {
          cause: problem,
        })
      }
      await sleep(20)
    }
  }
}
