import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A package of the system that a file belongs to. */
export interface DebianPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
  /** What dpkg's status says of it, for whoever looks for known vulnerabilities. */
  readonly status: string
}

/** What dpkg knows of files (dpkg-query(1)): nothing on a system without it. */
export class DebianPackages {
  readonly #root: string

  /** @param root of the system that is looked at */
  constructor(root: string) {
    this.#root = root
  }

  /** The packages of files, by their paths; those of no package are left out. */
  async owning(paths: readonly string[]): Promise<ReadonlyMap<string, DebianPackage>> {
    const wanted = new Map(paths.flatMap((path) => namesOf(path).map((name) => [name, path])))
    const owners = new Map<string, string>()
    for await (const list of glob('var/lib/dpkg/info/*.list', { cwd: this.#root })) {
      const owner = list.replace(/^.*\//, '').replace(/\.list$/, '')
      const text = await readFile(join(this.#root, list), 'utf8')
      for (const line of text.split('\n')) {
        const path = wanted.get(line)
        if (path !== undefined) owners.set(path, owner)
      }
    }
    return owners.size === 0 ? new Map() : this.#describe(owners)
  }

  async #describe(owners: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, DebianPackage>> {
    const stanzas = (await readFile(join(this.#root, 'var/lib/dpkg/status'), 'utf8')).split('\n\n')
    const packages = new Map(
      stanzas.map(packageOf).flatMap((found) => keysOf(found).map((key) => [key, found])),
    )
    return new Map(
      [...owners].flatMap(([path, owner]) => {
        const found = packages.get(owner)
        return found === undefined ? [] : [[path, found]]
      }),
    )
  }
}

/** A system whose /lib is a link to /usr/lib may have a file listed under either name. */
function namesOf(path: string): readonly string[] {
  return path.startsWith('/usr/') ? [path, path.slice('/usr'.length)] : [path, `/usr${path}`]
}

function packageOf(stanza: string): DebianPackage {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? ''
  return {
    name: field('Package'),
    version: field('Version'),
    architecture: field('Architecture'),
    status: `${stanza.trim()}\n`,
  }
}

/** The list of a package that may be there for several processors has its name with one of them. */
function keysOf({ name, architecture }: DebianPackage): readonly string[] {
  return [name, `${name}:${architecture}`]
}
