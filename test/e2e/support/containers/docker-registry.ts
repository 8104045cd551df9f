import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../../fixtures/free-port.ts'
import { pathOf } from './programs.ts'

const START_TIMEOUT_MS = 60_000

export interface RegistryLogin {
  readonly username: string
  readonly password: string
}

/** The registry of the distribution project, on a port of 127.0.0.1, with its files in a temporary folder. */
export class DockerRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  readonly #process: ChildProcess
  readonly #folder: string
  #log = ''

  private constructor(host: string, process: ChildProcess, folder: string) {
    this.host = host
    this.#process = process
    this.#folder = folder
    process.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString()
    })
  }

  /** @param login that it asks for, by Basic authentication */
  static async start(login?: RegistryLogin): Promise<DockerRegistry> {
    const folder = mkdtempSync(join(tmpdir(), 'headrace-registry-'))
    const host = `127.0.0.1:${await freePort()}`
    const file = join(folder, 'config.yml')
    writeFileSync(file, configuration(host, folder, login))
    const child = spawn(pathOf('docker-registry'), ['serve', file], { stdio: ['ignore', 'ignore', 'pipe'] })
    const registry = new DockerRegistry(host, child, folder)
    await registry.#answers()
    return registry
  }

  /** One line for each request: `PUT /v2/iris/manifests/1 201`. */
  get requests(): readonly string[] {
    const lines = this.#log.split('\n').filter((line) => line.includes('msg="response completed"'))
    return lines.map((line) => {
      const fields = ['method', 'uri', 'status'].map((name) =>
        fieldOf(line, `http.re(?:quest|sponse).${name}`),
      )
      return fields.join(' ')
    })
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const closed = once(this.#process, 'close')
      this.#process.kill('SIGTERM')
      await closed
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #answers(): Promise<void> {
    const end = performance.now() + START_TIMEOUT_MS
    for (;;) {
      const response = await fetch(`http://${this.host}/v2/`).catch(() => undefined)
      await response?.body?.cancel()
      if (response !== undefined) return
      if (this.#process.exitCode !== null || performance.now() > end) {
        throw new Error(`docker-registry did not start:\n${this.#log}`)
      }
      await sleep(20)
    }
  }
}

function configuration(host: string, folder: string, login: RegistryLogin | undefined): string {
  const lines = [
    'version: 0.1',
    'log: {level: info, accesslog: {disabled: true}}',
    `storage: {filesystem: {rootdirectory: ${folder}/data}, delete: {enabled: true}}`,
    `http: {addr: "${host}"}`,
  ]
  if (login !== undefined) {
    const args = ['-Bbn', login.username, login.password]
    writeFileSync(join(folder, 'htpasswd'), execFileSync(pathOf('htpasswd'), args))
    lines.push(`auth: {htpasswd: {realm: test, path: ${folder}/htpasswd}}`)
  }
  return `${lines.join('\n')}\n`
}

function fieldOf(line: string, name: string): string {
  return new RegExp(` ${name}="?([^" ]+)`).exec(line)?.[1] ?? ''
}
