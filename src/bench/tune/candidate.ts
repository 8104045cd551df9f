/** How many threads, whatever the number of cores: what is found on some of a machine's cores holds for all of them. */
export type CoreShare = 'all' | 'all-but-one' | 'half' | 'one'

/** Settings of `headrace serve` that are tried: each differs from the default in these alone. */
export interface Candidate {
  readonly placement?: 'inline' | 'pool'
  readonly workers?: CoreShare
  readonly listeners?: CoreShare
  readonly batching?: 'off'
  readonly maxBatchRows?: number
  readonly targetP99Ms?: number
}

/** Settings by the names of the flags, as a file or a command line has them. */
export type ServeFlags = Readonly<Record<string, string>>

/** With what and how candidates are tried. */
export interface Trials {
  /** That the servers have. */
  readonly cores: number
  /** Names of flags that hold for all servers, and are not tried in other ways. */
  readonly fixed: ReadonlySet<string>
}

/** What is tried first: where models run, and in how many threads. The default is the first. */
export function threadCandidates(trials: Trials): readonly Candidate[] {
  const inline = { placement: 'inline' } as const
  const pool = { placement: 'pool' } as const
  return distinct(
    [
      {},
      { ...inline, listeners: 'all' },
      { ...inline, listeners: 'all-but-one' },
      { ...inline, listeners: 'one' },
      { ...pool, workers: 'all' },
      { ...pool, workers: 'all-but-one' },
      { ...pool, workers: 'half' },
      { ...pool, workers: 'one' },
      { ...pool, workers: 'one', listeners: 'all' },
    ],
    trials,
  )
}

/**
 * What is tried with the arrangement of threads that is best, which is the first: batches of other sizes, or none.
 * @param p99Ms the limit, where there is one: batches that take longer than half of it keep nobody's time.
 */
export function batchCandidates(
  best: Candidate,
  p99Ms: number | undefined,
  trials: Trials,
): readonly Candidate[] {
  return distinct(
    [
      best,
      { ...best, batching: 'off' },
      { ...best, maxBatchRows: 8 },
      { ...best, maxBatchRows: 64 },
      ...(p99Ms === undefined ? [] : [{ ...best, targetP99Ms: p99Ms }]),
    ],
    trials,
  )
}

/** @param cores that the server has. */
export function flagsOf(candidate: Candidate, cores: number): ServeFlags {
  const { placement, workers, listeners, batching, maxBatchRows, targetP99Ms } = candidate
  const flags = {
    placement,
    workers: workers && threadsOf(workers, cores),
    listeners: listeners && threadsOf(listeners, cores),
    batching,
    'max-batch-rows': maxBatchRows,
    'target-p99-ms': targetP99Ms,
  }
  const set = Object.entries(flags).flatMap(([flag, value]) =>
    value === undefined ? [] : [[flag, String(value)]],
  )
  return Object.fromEntries(set)
}

/** `--placement pool --workers 2`, or `default`. */
export function flagsText(flags: ServeFlags): string {
  const words = Object.entries(flags).map(([flag, value]) => `--${flag} ${value}`)
  return words.length === 0 ? 'default' : words.join(' ')
}

/** Whether it is what `headrace serve` does by itself. */
export function isDefault(candidate: Candidate): boolean {
  return Object.keys(candidate).length === 0
}

function threadsOf(share: CoreShare, cores: number): number {
  const counts = { all: cores, 'all-but-one': cores - 1, half: Math.ceil(cores / 2), one: 1 }
  return Math.max(1, counts[share])
}

/** On few cores several shares are one number, and without what is fixed several candidates are one: the first counts. */
function distinct(candidates: readonly Candidate[], { cores, fixed }: Trials): readonly Candidate[] {
  const byFlags = new Map<string, Candidate>()
  for (const candidate of candidates.map((each) => without(each, fixed))) {
    const flags = flagsText(flagsOf(candidate, cores))
    if (!byFlags.has(flags)) byFlags.set(flags, candidate)
  }
  return [...byFlags.values()]
}

function without(candidate: Candidate, fixed: ReadonlySet<string>): Candidate {
  const { placement, workers, listeners, batching, maxBatchRows, targetP99Ms } = candidate
  return {
    ...(placement !== undefined && !fixed.has('placement') && { placement }),
    ...(workers !== undefined && !fixed.has('workers') && { workers }),
    ...(listeners !== undefined && !fixed.has('listeners') && { listeners }),
    ...(batching !== undefined && !fixed.has('batching') && { batching }),
    ...(maxBatchRows !== undefined && !fixed.has('max-batch-rows') && { maxBatchRows }),
    ...(targetP99Ms !== undefined && !fixed.has('target-p99-ms') && { targetP99Ms }),
  }
}
