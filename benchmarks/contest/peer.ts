import type { Dialect, Wire, Workload } from '../workloads/workload.ts'

/** A server, or a reference, that takes part in scenarios. Each has a folder in `peers/`, with its program and its requirements. */
export interface Peer {
  /** As `--peers` names it: `mlserver`. */
  readonly name: string
  /** As tables name it: `MLServer`. */
  readonly title: string
  /**
   * `server`: answers predictions. `reference`: an HTTP server without a model, to show what the rest costs.
   * `engine`: no server; it prints how many runs a second the engine makes in a loop.
   */
  readonly kind: 'server' | 'reference' | 'engine'
  /** The first is how it is started by who reads no further; the others as its documentation recommends for the machine. */
  readonly configs: readonly PeerConfig[]
  /** @returns undefined where it takes no such requests. */
  dialect(wire: Wire): Dialect | undefined
  /** What is missing for it to start here, in words for the report; undefined where nothing is. */
  missing(): string | undefined
  /** Installs what it needs from the package indexes. Absent where it needs nothing. @throws Error where that fails */
  install?(): void
  launch(start: PeerStart): Promise<Launch> | Launch
  /** Of the software that takes part, by the names of the packages. */
  versions(): Readonly<Record<string, string>>
}

export interface PeerConfig {
  /** `default`, `tuned`, … */
  readonly name: string
  /** What that means, for the report: `4 workers, uvloop`. */
  readonly about: string
  /** Taken where `--configs tuned` asks for what is tuned: its peer has nothing of that name that is as fast. */
  readonly isFastest?: true
  /** Gets a single CPU of those that servers have: for what one thread can do, against another's. */
  readonly hasOneCpu?: true
}

export interface PeerStart {
  readonly config: string
  readonly workload: Workload
  readonly wire: Wire
  /** The server may also take the four ports above it. */
  readonly port: number
  /** CPUs that it is pinned to by who starts it; for the number of its workers. */
  readonly cpus: number
  /** Empty, and removed when it has ended. */
  readonly folder: string
}

/** How it is started, and where it answers. */
export interface Launch {
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Path of its predictions: `/invocations`. */
  readonly path: string
  /** Name of the input in the Open Inference Protocol, where it differs from the model's. */
  readonly inputName?: string
}
