/** What a scenario found: written to `results/<scenario>.json` as it is, and read again by `report/`. */
export interface ScenarioResult {
  readonly scenario: string
  readonly question: string
  /** ISO 8601, of its end. */
  readonly date: string
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly settings: Settings
  readonly contestants: readonly ContestantResult[]
  /** Those that could not take part, and why. */
  readonly absent: readonly Absent[]
}

export interface Machine {
  /** `4 cores of AMD EPYC …, 23 GiB, Linux 6.1.0, Node v24.21.0`. */
  readonly line: string
  readonly cores: number
}

export interface Settings {
  readonly serverCpus: string
  readonly loadCpus: string
  readonly rounds: number
  /** Of each closed loop, by its connections. */
  readonly closedLoop: readonly { readonly connections: number; readonly seconds: number }[]
  readonly warmSeconds: number
  readonly p99LimitMs: number
  /** Cores that others may use during a load before it counts as disturbed. */
  readonly foreignCoresLimit: number
  /** `--quick`: only to see that everything works; the figures mean nothing. */
  readonly quick: boolean
}

export interface Absent {
  readonly peer: string
  readonly config: string
  readonly title: string
  readonly reason: string
}

export interface ContestantResult {
  readonly peer: string
  readonly config: string
  readonly title: string
  /** What the configuration means. */
  readonly about: string
  readonly kind: 'server' | 'reference' | 'engine'
  readonly dialect: string
  readonly requestBytes: number
  readonly replyBytes: number
  readonly rounds: readonly Round[]
  /** Absent where it was not looked for. */
  readonly largestRate?: LargestRate
  /** Open loops at half of its largest rate, and of others'. Absent where they were not asked for. */
  readonly halfLoads?: readonly OpenLoad[]
}

/** One start of a contestant. */
export interface Round {
  /** ISO 8601. */
  readonly at: string
  /** From exec to the first correct prediction. */
  readonly startMs: number
  readonly loads: readonly ClosedLoad[]
  /** After the loads. */
  readonly memory: Memory
}

export interface Memory {
  readonly rssBytes: number
  /** Proportional: pages that processes share are divided among them. */
  readonly pssBytes: number
  readonly processes: number
}

/** What the processors did during a load. */
export interface CpuUse {
  /** Processor time of the whole tree of server processes, in seconds. */
  readonly serverSeconds: number
  readonly serverCores: number
  readonly loadCores: number
  /** Cores that neither the server nor the generator used: of other work on the machine. */
  readonly foreignCores: number
  /** Cores that the hypervisor kept back. */
  readonly stolenCores: number
  /** Others were at work, more than the settings allow: the rate is a lower bound and the latency an upper. */
  readonly disturbed: boolean
}

export interface ClosedLoad extends CpuUse {
  readonly connections: number
  readonly seconds: number
  /** Answered 200. */
  readonly requests: number
  readonly failed: number
  readonly requestsPerSecond: number
  readonly p50Us: number
  readonly p90Us: number
  readonly p99Us: number
  readonly p999Us: number
  readonly maxUs: number
  /** Of the server, for each request. */
  readonly cpuUs: number
}

/** Found by an open loop with Poisson arrivals: the largest rate at which 99 % are answered within the limit. */
export interface LargestRate {
  /** 0 where even the smallest failed. */
  readonly perSecond: number
  /** `generator` where that could send no faster: then it is a lower bound. */
  readonly bound: 'server' | 'generator'
  readonly steps: readonly OpenLoad[]
}

export interface OpenLoad extends CpuUse {
  /** Asked for. */
  readonly rate: number
  readonly seconds: number
  readonly sent: number
  readonly answered: number
  readonly failed: number
  /** From when each was due; null where fewer were answered. */
  readonly p50Us: number | null
  readonly p99Us: number | null
  readonly p999Us: number | null
  readonly maxUs: number | null
  /** 99 of 100 requests left at most so late although a connection was free: what the generator adds. */
  readonly lateP99Us: number
  readonly passed: boolean
}
