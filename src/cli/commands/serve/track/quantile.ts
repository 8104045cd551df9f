/**
 * The seconds within which a part of the answers came, between two looks at a histogram: within a bucket as if they
 * were spread evenly, as Prometheus has it. Undefined where nothing was answered in between.
 * @param before cumulated counts by upper bound @param after the same, later
 * @param part from 0 to 1
 */
export function quantileBetween(
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
  part: number,
): number | undefined {
  const buckets = [...after]
    .sort(([a], [b]) => a - b)
    .map(([bound, count]) => ({ bound, count: Math.max(0, count - (before.get(bound) ?? 0)) }))
  const wanted = (buckets.at(-1)?.count ?? 0) * part
  if (wanted === 0) return undefined
  let [lower, below] = [0, 0]
  for (const { bound, count } of buckets) {
    if (count >= wanted) {
      // Nothing is known of those above the last bound but that.
      if (!Number.isFinite(bound)) return lower
      return lower + ((bound - lower) * (wanted - below)) / Math.max(count - below, Number.MIN_VALUE)
    }
    lower = bound
    below = count
  }
  return lower
}
