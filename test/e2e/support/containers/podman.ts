import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Container } from './container.ts'
import { type Executed, execute, pathOf } from './programs.ts'

/** What containers get: machines differ in what they let root raise. */
const containersConf = (folder: string): string => `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "${folder}/libpod"
`

/** Names without a registry are looked for on this machine alone. */
const REGISTRIES_CONF = 'unqualified-search-registries = []\n'

export interface RunPlan {
  /** Of podman: `--read-only`. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Behind the name of the image. */
  readonly args?: readonly string[]
}

/** podman and buildah with images and containers of their own, in a temporary folder; without a network they fetch nothing. */
export class Podman {
  readonly #folder = mkdtempSync(join(tmpdir(), 'headrace-podman-'))
  /** Variables by which programs find these images. */
  readonly env: Readonly<Record<string, string>>
  #names = 0

  constructor() {
    for (const program of ['podman', 'runc'] as const) pathOf(program)
    const files = {
      CONTAINERS_CONF: this.#write('containers.conf', containersConf(this.#folder)),
      CONTAINERS_STORAGE_CONF: this.#write('storage.conf', this.#storage()),
      CONTAINERS_REGISTRIES_CONF: this.#write('registries.conf', REGISTRIES_CONF),
    }
    this.env = { ...files, TMPDIR: this.#folder }
  }

  podman(...args: string[]): Promise<Executed> {
    return execute('podman', args, this.env)
  }

  buildah(...args: string[]): Promise<Executed> {
    return execute('buildah', args, this.env)
  }

  skopeo(...args: string[]): Promise<Executed> {
    return execute('skopeo', args, this.env)
  }

  /** @returns names of the images that an archive holds */
  async load(archive: string): Promise<readonly string[]> {
    const { stdout } = await this.podman('load', '--quiet', '--input', archive)
    return [...stdout.matchAll(/^Loaded image[^:]*: (\S+)$/gm)].map(([, name]) => name ?? '')
  }

  /** Starts a container and leaves it running. */
  async start(image: string, { flags = [], env = {}, args = [] }: RunPlan = {}): Promise<Container> {
    this.#names += 1
    const name = `headrace-${this.#names}`
    const variables = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`])
    await this.podman(
      'run',
      '--detach',
      '--name',
      name,
      '--pull',
      'never',
      ...flags,
      ...variables,
      image,
      ...args,
    )
    return new Container(this, name)
  }

  /** Runs a container to its end. */
  run(image: string, { flags = [], args = [] }: Omit<RunPlan, 'env'> = {}): Promise<Executed> {
    return this.podman('run', '--rm', '--pull', 'never', ...flags, image, ...args)
  }

  /** What an image says of itself, as podman tells it. */
  async inspect(image: string): Promise<ImageFacts> {
    const { stdout } = await this.podman('image', 'inspect', image)
    const [facts] = JSON.parse(stdout) as ImageFacts[]
    if (facts === undefined) throw new Error(`podman has no ${image}`)
    return facts
  }

  /** Ends all containers and removes all there is. */
  async stop(): Promise<void> {
    await this.podman('rm', '--all', '--force', '--time', '0').catch(() => undefined)
    // Unmounts what the storage has mounted, which could not be removed.
    await this.podman('unmount', '--all', '--force').catch(() => undefined)
    await this.podman('rmi', '--all', '--force').catch(() => undefined)
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  #storage(): string {
    const [graph, run] = [join(this.#folder, 'graph'), join(this.#folder, 'run')]
    return `[storage]\ndriver = "overlay"\ngraphroot = "${graph}"\nrunroot = "${run}"\n`
  }

  #write(name: string, text: string): string {
    const path = join(this.#folder, name)
    writeFileSync(path, text)
    return path
  }
}

export interface ImageFacts {
  readonly Digest: string
  readonly User: string
  readonly Architecture: string
  readonly Labels: Readonly<Record<string, string>>
  readonly Config: {
    readonly Env: readonly string[]
    readonly Entrypoint: readonly string[]
    readonly Cmd: readonly string[]
    readonly ExposedPorts: Readonly<Record<string, object>>
    readonly StopSignal: string
  }
}
