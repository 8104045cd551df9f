/**
 * Of the published versions the wanted one; else the highest of the same major version below it, which knows nothing that the
 * wanted one does not; else the lowest above it. Undefined where the major version is not there at all.
 */
export function nearestVersion(wanted: string, published: readonly string[]): string | undefined {
  const target = numbersOf(wanted)
  if (target === undefined) return undefined
  const candidates = published
    .flatMap((version) => {
      const numbers = numbersOf(version)
      return numbers === undefined ? [] : [{ version, numbers }]
    })
    .filter(({ numbers }) => numbers[0] === target[0])
    .sort((a, b) => compare(a.numbers, b.numbers))
  const below = candidates.findLast(({ numbers }) => compare(numbers, target) <= 0)
  return (below ?? candidates[0])?.version
}

type Numbers = readonly [number, number, number]

/** Releases alone: one with `-nightly` or `-rc.1` has no numbers here. */
function numbersOf(version: string): Numbers | undefined {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

function compare(a: Numbers, b: Numbers): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
