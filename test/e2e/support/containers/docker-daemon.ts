import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Executed, execute, pathOf } from './programs.ts'

const START_TIMEOUT_MS = 60_000

/** A docker engine on a socket of its own, with its files in a temporary folder; it leaves the network of the machine as it is. */
export class DockerDaemon {
  readonly #process: ChildProcess
  readonly #folder: string
  #log = ''

  private constructor(process: ChildProcess, folder: string) {
    this.#process = process
    this.#folder = folder
    process.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString()
    })
  }

  static async start(): Promise<DockerDaemon> {
    const folder = mkdtempSync(join(tmpdir(), 'headrace-docker-'))
    const places = ['data-root', 'exec-root', 'pidfile'].flatMap((name) => [`--${name}`, join(folder, name)])
    const network = ['--iptables=false', '--bridge=none', '--storage-driver', 'overlay2']
    const args = [...places, ...network, '--host', `unix://${folder}/docker.sock`]
    const child = spawn(pathOf('dockerd'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
    const daemon = new DockerDaemon(child, folder)
    await daemon.#answers()
    return daemon
  }

  docker(...args: string[]): Promise<Executed> {
    return execute('docker', args, { DOCKER_HOST: `unix://${this.#folder}/docker.sock` })
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const closed = once(this.#process, 'close')
      this.#process.kill('SIGTERM')
      await closed
    }
    // A mount that the engine leaves behind.
    try {
      execFileSync('umount', [join(this.#folder, 'exec-root/netns/default')], { stdio: 'ignore' })
    } catch {
      // There is none where no container ran.
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  async #answers(): Promise<void> {
    const end = performance.now() + START_TIMEOUT_MS
    for (;;) {
      if ((await this.docker('version').catch(() => undefined)) !== undefined) return
      if (this.#process.exitCode !== null || performance.now() > end) {
        throw new Error(`dockerd did not start:\n${this.#log}`)
      }
      await sleep(100)
    }
  }
}
