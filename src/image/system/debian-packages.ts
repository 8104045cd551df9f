import { existsSync, readdirSync, readFileSync } from 'node:fs'
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
  owning(paths: readonly string[]): ReadonlyMap<string, DebianPackage> {
    const wanted = new Set(paths)
    const owners = new Map<string, string>()
    for (const list of this.#lists()) {
      // One after the other these hundreds of small files are read faster than side by side.
      const text = `\n${readFileSync(join(this.#root, INFO, list), 'utf8')}`
      for (const path of wanted) {
        if (!namesOf(path).some((name) => text.includes(`\n${name}\n`))) continue
        owners.set(path, list.slice(0, -LIST.length))
        wanted.delete(path)
      }
      if (wanted.size === 0) break
    }
    return owners.size === 0 ? new Map() : this.#described(owners)
  }

  /** Shared libraries are in packages whose names say so: these first, and the others only where they have to be. */
  #lists(): readonly string[] {
    const folder = join(this.#root, INFO)
    const names = existsSync(folder) ? readdirSync(folder).sort() : []
    const lists = names.filter((name) => name.endsWith(LIST))
    return [...lists.filter(isOfLibrary), ...lists.filter((name) => !isOfLibrary(name))]
  }

  #described(owners: ReadonlyMap<string, string>): ReadonlyMap<string, DebianPackage> {
    const stanzas = readFileSync(join(this.#root, 'var/lib/dpkg/status'), 'utf8').split('\n\n')
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

const INFO = 'var/lib/dpkg/info'
const LIST = '.list'

function isOfLibrary(list: string): boolean {
  return list.startsWith('lib') && !/-(dev|dbg|doc)[:.]/.test(list)
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
