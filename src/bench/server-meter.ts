import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { listeningProcesses } from './processes/listening-processes.ts'
import { allProcesses, memoryOf, withDescendants } from './processes/process-tree.ts'
import type { ResourceMeter, ResourceReading } from './resource-meter.ts'

/** Tells what the processes of a server on this machine use, by /proc: on Linux alone. */
export class ServerMeter implements ResourceMeter {
  readonly #roots: readonly number[]

  private constructor(roots: readonly number[]) {
    this.#roots = roots
  }

  /** Of a process and all its descendants; undefined where there is no such process, or no /proc. */
  static ofProcess(pid: number): ServerMeter | undefined {
    const meter = new ServerMeter([pid])
    return meter.read() && meter
  }

  /**
   * Of whatever listens at the port of a URL.
   * @returns undefined where that is another machine, or where the processes cannot be found: other systems than Linux,
   * processes of other users, ports that a container engine forwards.
   */
  static async ofUrl(url: URL): Promise<ServerMeter | undefined> {
    if (!(await isOfThisMachine(url.hostname))) return undefined
    const roots = listeningProcesses(Number(url.port) || defaultPort(url.protocol))
    return roots.length === 0 ? undefined : new ServerMeter(roots)
  }

  /** Processes that are not looked for anew: all others descend from them. */
  get pids(): readonly number[] {
    return this.#roots
  }

  /** @returns undefined once none of the processes is there any more. */
  read(): ResourceReading | undefined {
    const processes = withDescendants(this.#roots, allProcesses())
    if (processes.length === 0) return undefined
    return {
      cpuSeconds: processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      memory: processes.reduce((sum, { pid }) => sum + memoryOf(pid), 0),
    }
  }
}

function defaultPort(protocol: string): number {
  return protocol === 'https:' || protocol === 'grpcs:' ? 443 : 80
}

async function isOfThisMachine(hostname: string): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '')
  try {
    const { address } = await lookup(host)
    const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses)
    return /^127\./.test(address) || address === '::1' || own.some((each) => each.address === address)
  } catch {
    return false
  }
}
