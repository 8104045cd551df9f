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

/** What is tried first: where models run, and in how many threads. The default is the first. */
export function threadCandidates(cores: number): readonly Candidate[] {
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
    cores,
  )
}

/**
 * What is tried with the arrangement of threads that is best: batches of other sizes, or none.
 * @param p99Ms the limit, where there is one: batches that take longer than half of it keep nobody's time.
 */
export function batchCandidates(best: Candidate, p99Ms: number | undefined): readonly Candidate[] {
  return [
    best,
    { ...best, batching: 'off' },
    { ...best, maxBatchRows: 8 },
    { ...best, maxBatchRows: 64 },
    ...(p99Ms === undefined ? [] : [{ ...best, targetP99Ms: p99Ms }]),
  ]
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

function threadsOf(share: CoreShare, cores: number): number {
  const counts = { all: cores, 'all-but-one': cores - 1, half: Math.ceil(cores / 2), one: 1 }
  return Math.max(1, counts[share])
}

/** On few cores several shares are one number. */
function distinct(candidates: readonly Candidate[], cores: number): readonly Candidate[] {
  const byFlags = candidates.map((candidate) => [flagsText(flagsOf(candidate, cores)), candidate] as const)
  // Of equal ones the first, which says it by the larger share.
  return [...new Map(byFlags.toReversed()).values()].toReversed()
}
