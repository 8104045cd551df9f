/** @param list cores as the kernel and taskset(1) write them: `0-2,5`. */
export function coresOf(list: string): readonly number[] {
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
  })
}

/** @param cores in rising order. */
export function listOf(cores: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const core of cores) {
    const range = ranges.at(-1)
    if (range?.[1] === core - 1) range[1] = core
    else ranges.push([core, core])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}
