import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { vi } from 'vitest'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const TOKEN = 'a-secret-token'

/** A registry with one package, for those who have its token. */
export class NpmRegistry {
  /** Paths that were asked for. */
  readonly requests: string[] = []
  /** What it says of every archive; of the archive itself where it is left as it is. */
  integrity: string | undefined
  readonly #name: string
  readonly #archives: ReadonlyMap<string, Buffer>
  readonly #server: Server

  private constructor(name: string, archives: ReadonlyMap<string, Buffer>) {
    this.#name = name
    this.#archives = archives
    this.#server = createServer((request, response) => {
      this.requests.push(request.url ?? '')
      const isKnown = request.headers.authorization === `Bearer ${TOKEN}`
      const answer = isKnown ? this.#answer(request.url ?? '') : undefined
      response.writeHead(isKnown ? (answer === undefined ? 404 : 200) : 401).end(answer ?? '{}')
    })
  }

  /** @param archives gzipped, by versions */
  static async start(name: string, archives: ReadonlyMap<string, Buffer>): Promise<NpmRegistry> {
    const registry = new NpmRegistry(name, archives)
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve))
    return registry
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Makes it npm's registry for the test that runs, by a configuration file with the token. */
  configure(): void {
    const file = join(temporaryFolder(), '.npmrc')
    const host = this.#url().replace('http:', '')
    writeFileSync(file, `registry=${this.#url()}\n${host}/:_authToken=${TOKEN}\nfetch-retries=0\n`)
    vi.stubEnv('npm_config_userconfig', file)
    vi.stubEnv('npm_config_cache', temporaryFolder())
  }

  #url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  #answer(path: string): string | Buffer | undefined {
    if (path === `/${this.#name}`) return JSON.stringify(this.#manifest())
    return this.#archives.get(path.replace(`/${this.#name}/-/`, ''))
  }

  #manifest(): object {
    const name = this.#name
    const versions = [...this.#archives].map(([version, archive]) => {
      const digest = createHash('sha512').update(archive).digest('base64')
      const integrity = this.integrity ?? `sha512-${digest}`
      return [version, { name, version, dist: { integrity, tarball: `${this.#url()}/${name}/-/${version}` } }]
    })
    return { name, 'dist-tags': { latest: versions.at(-1)?.[0] }, versions: Object.fromEntries(versions) }
  }
}
