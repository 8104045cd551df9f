/** Short names of flags of `headrace serve` that are tried. */
const LONG: ReadonlyMap<string, string> = new Map([['-w', 'workers']])

/** Names of the flags that a command line gives, without what they say: those of `--listeners 2 -w 3` are listeners and workers. */
export function fixedFlags(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.flatMap((word) => nameOf(word) ?? []))
}

function nameOf(word: string): string | undefined {
  const [, long] = /^--([^=]+)/.exec(word) ?? []
  // A short flag may have its value right behind it: -w2.
  return long ?? LONG.get(word.slice(0, 2))
}
